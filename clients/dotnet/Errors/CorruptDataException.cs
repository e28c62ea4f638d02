namespace VectorStore.Client;

/// <summary>Bytes on the server's disk that do not match their checksum or format. They were not used.</summary>
public sealed class CorruptDataException : VectorStoreException
{
    internal CorruptDataException(string message, string file, long offsetBytes, Exception? innerException = null)
        : base(ErrorReason.CorruptData, message, innerException)
    {
        File = file;
        OffsetBytes = offsetBytes;
    }

    /// <summary>Path of the damaged file on the server; empty where the server does not say.</summary>
    public string File { get; }

    /// <summary>Where in the file, in bytes from its start; 0 where the server does not say.</summary>
    public long OffsetBytes { get; }
}
