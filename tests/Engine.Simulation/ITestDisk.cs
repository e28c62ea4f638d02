using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Simulation;

/// <summary>A disk that a test can look at, and change, from outside.</summary>
internal interface ITestDisk : IFileSystem
{
    /// <summary>Whether the machine, or the process, is dead. Every call on it throws.</summary>
    bool HasCrashed { get; }

    /// <summary>Paths of all files, in ordinal order.</summary>
    IReadOnlyList<string> AllFiles();

    /// <summary>The bytes of a file as the running system reads them.</summary>
    byte[] LiveBytes(string path);

    /// <summary>Overwrites bytes where they lie, as a failing medium does.</summary>
    void Damage(string path, long offset, ReadOnlySpan<byte> bytes);
}
