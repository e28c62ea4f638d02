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

    /// <summary>Path of the damaged file.</summary>
    public string File { get; }

    /// <summary>Where in the file, in bytes from its start.</summary>
    public long OffsetBytes { get; }

    /// <summary>The message without file and place.</summary>
    internal string What { get; }
}
