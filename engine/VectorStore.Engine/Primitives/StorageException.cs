namespace VectorStore.Engine;

/// <summary>The operating system refused a file operation: an input/output error, a full disk, too many open files.</summary>
public sealed class StorageException : VectorStoreException
{
    /// <summary>errno of a missing file or directory, ENOENT.</summary>
    internal const int ErrnoNoEntry = 2;

    /// <summary>errno of a failed device, EIO.</summary>
    internal const int ErrnoIo = 5;

    /// <summary>errno of a lack of memory, ENOMEM.</summary>
    internal const int ErrnoNoMemory = 12;

    /// <summary>errno of a refused permission, EACCES.</summary>
    internal const int ErrnoAccessDenied = 13;

    /// <summary>errno of a full disk, ENOSPC.</summary>
    internal const int ErrnoNoSpace = 28;

    /// <summary>errno of an exceeded quota, EDQUOT.</summary>
    internal const int ErrnoQuota = 122;

    internal StorageException(string operation, string path, int errno, string? detail = null, Exception? innerException = null)
        : base(
            errno is ErrnoNoSpace or ErrnoQuota ? ErrorReason.StorageFull : ErrorReason.StorageFailed,
            $"{operation} of {path} failed: {detail ?? Describe(errno)} (errno {errno})",
            innerException)
    {
        Operation = operation;
        Path = path;
        Errno = errno;
    }

    /// <summary>A write that would leave less free than there has to be.</summary>
    internal static StorageException BelowFloor(string directory, long freeBytes, long floorBytes) =>
        new("write", directory, ErrnoNoSpace, $"{freeBytes} bytes are free, and writes are refused below {floorBytes}; deletions, reads and dropping collections go on")
        {
            FreeBytes = freeBytes,
            FloorBytes = floorBytes,
        };

    /// <summary>Where a write was refused to keep the disk from filling up: how many bytes were free. Null otherwise.</summary>
    public long? FreeBytes { get; private init; }

    /// <summary>Where a write was refused to keep the disk from filling up: how many bytes must be free. Null otherwise.</summary>
    public long? FloorBytes { get; private init; }

    /// <summary>What was tried: <c>write</c>, <c>fdatasync</c>, <c>rename</c>, …</summary>
    public string Operation { get; }

    /// <summary>Path of the file or directory.</summary>
    public string Path { get; }

    /// <summary>The error number of the operating system.</summary>
    public int Errno { get; }

    private static string Describe(int errno) => errno switch
    {
        ErrnoIo => "input/output error",
        ErrnoNoSpace => "no space left on the device",
        ErrnoQuota => "disk quota exceeded",
        2 => "no such file or directory",
        ErrnoAccessDenied => "permission denied",
        17 => "the file exists",
        20 => "not a directory",
        21 => "it is a directory",
        24 => "too many open files",
        30 => "the file system is read-only",
        _ => "the system call failed",
    };
}
