namespace VectorStore.Engine;

/// <summary>Bytes on disk that do not match their checksum or format. They were not used.</summary>
public sealed class CorruptDataException : VectorStoreException
{
    internal CorruptDataException(string file, long offsetBytes, string what)
        : base(ErrorReason.CorruptData, $"{file} is damaged at byte {offsetBytes}: {what}")
    {
        File = file;
        OffsetBytes = offsetBytes;
        What = what;
    }

    internal CorruptDataException(string file, long offsetBytes, string field, ulong expected, ulong found)
        : this(file, offsetBytes, $"expected {field} 0x{expected:x}, found 0x{found:x}")
    {
    }

    /// <summary>The same damage, with the reason of what it is a part of: <see cref="ErrorReason.SnapshotDamaged"/> or <see cref="ErrorReason.InvalidArchive"/>.</summary>
    internal CorruptDataException(ErrorReason reason, CorruptDataException damage)
        : base(reason, damage.Message, damage)
    {
        File = damage.File;
        OffsetBytes = damage.OffsetBytes;
        What = damage.What;
    }

    /// <summary>Path of the damaged file.</summary>
    public string File { get; }

    /// <summary>Where in the file, in bytes from its start.</summary>
    public long OffsetBytes { get; }

    /// <summary>The message without file and place.</summary>
    internal string What { get; }
}
