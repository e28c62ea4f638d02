namespace VectorStore.Client;

/// <summary>The server's operating system refused a file operation: an input/output error, a full disk, too many open files.</summary>
public sealed class StorageException : VectorStoreException
{
    internal StorageException(ErrorReason reason, string message, string operation, string path, int errno, Exception? innerException = null)
        : base(reason, message, innerException)
    {
        Operation = operation;
        Path = path;
        Errno = errno;
    }

    /// <summary>What was tried: <c>write</c>, <c>fdatasync</c>, <c>rename</c>, …; empty where the server does not say.</summary>
    public string Operation { get; }

    /// <summary>Path of the file or directory on the server; empty where the server does not say.</summary>
    public string Path { get; }

    /// <summary>The error number of the server's operating system; 0 where the server does not say.</summary>
    public int Errno { get; }
}
