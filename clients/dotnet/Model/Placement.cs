namespace VectorStore.Client;

/// <summary>Where a part of a sealed segment is.</summary>
public enum Placement : byte
{
    /// <summary>In memory of the server: always in RAM.</summary>
    Memory = 0,

    /// <summary>In its file, mapped: in RAM as far as the operating system has room.</summary>
    Disk = 1,
}
