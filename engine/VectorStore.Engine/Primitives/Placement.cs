namespace VectorStore.Engine;

/// <summary>Where a part of a sealed segment is. Values are stored; never renumber.</summary>
public enum Placement : byte
{
    /// <summary>In memory of the process, on huge pages where the system has them. Always in RAM.</summary>
    Memory = 0,

    /// <summary>In its file, mapped read-only. In RAM as far as the operating system has room.</summary>
    Disk = 1,
}
