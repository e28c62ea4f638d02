namespace VectorStore.Client;

/// <summary>Bytes on the server's disk, or of an archive that was sent there, that do not match their checksum or format. They were not used.</summary>
public sealed class CorruptDataException : VectorStoreException
{
    internal CorruptDataException(ErrorReason reason, string message, string file, long offsetBytes, Exception? innerException = null)
        : base(reason, message, innerException)
    {
        File = file;
        OffsetBytes = offsetBytes;
    }

    /// <summary>Path of the damaged file on the server, or what stands for the archive; empty where the server does not say.</summary>
    public string File { get; }

    /// <summary>Where in the file, in bytes from its start; 0 where the server does not say.</summary>
    public long OffsetBytes { get; }
}
