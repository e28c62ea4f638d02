namespace VectorStore.Engine.Storage;

/// <summary>The right to use a data directory: one database object on one machine has it at a time. Given back by disposing, or by the death of the process.</summary>
internal sealed class DataDirectoryLock : IDisposable
{
    /// <summary>The file that carries the lock. It stays empty and is never removed: removing a locked file would let two owners in.</summary>
    public const string FileName = "LOCK";

    private readonly IDisposable _lock;

    private DataDirectoryLock(IDisposable fileLock) => _lock = fileLock;

    /// <summary>Takes the lock of a directory that exists.</summary>
    /// <exception cref="DatabaseStateException">Somebody else has it.</exception>
    public static DataDirectoryLock Acquire(IFileSystem fileSystem, string directory)
    {
        var fileLock = fileSystem.TryLock($"{directory}/{FileName}");
        return fileLock is not null
            ? new DataDirectoryLock(fileLock)
            : throw new DatabaseStateException(
                ErrorReason.DataDirectoryInUse,
                $"data directory {directory} is in use by another process, or by another open database of this one");
    }

    public void Dispose() => _lock.Dispose();
}
