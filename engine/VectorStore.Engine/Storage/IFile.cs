namespace VectorStore.Engine.Storage;

/// <summary>One open file. Reads and writes name their offset, so they may overlap from several threads; syncing and length changes are one thread's.</summary>
internal interface IFile : IDisposable
{
    string Path { get; }

    /// <summary>Current length in bytes.</summary>
    long Length { get; }

    /// <summary>Fills <paramref name="buffer"/> from <paramref name="offset"/> as far as the file reaches; returns the bytes read, fewer only at the end of the file.</summary>
    int Read(Span<byte> buffer, long offset);

    /// <summary>Maps the whole file, read-only, for reading in no particular order. The map outlives the open file, and a rename or removal of its name.</summary>
    /// <remarks>Only for files that never change. Reading a part that the disk refuses, or that somebody cut off, ends the process: docs/decisions/0012.</remarks>
    IFileMap Map();

    /// <summary>Writes all of <paramref name="buffer"/> at <paramref name="offset"/>, extending the file. On failure any prefix may have been written.</summary>
    void Write(ReadOnlySpan<byte> buffer, long offset);

    /// <summary>Reserves room up to <paramref name="length"/> and extends the file to it with zeros. Fails with ENOSPC without harm where there is no room.</summary>
    void Preallocate(long length);

    /// <summary>Cuts or extends the file.</summary>
    void SetLength(long length);

    /// <summary>Makes contents and length durable (fdatasync). After a failure nothing is known of any write since the last success; do not retry.</summary>
    void SyncData();
}
