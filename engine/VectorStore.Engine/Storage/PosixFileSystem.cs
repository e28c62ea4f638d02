using System.IO.Enumeration;
using Microsoft.Win32.SafeHandles;

namespace VectorStore.Engine.Storage;

/// <summary>The file system of the operating system, by its own calls.</summary>
internal sealed class PosixFileSystem : IFileSystem
{
    private static readonly EnumerationOptions s_everyEntry = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    private PosixFileSystem()
    {
    }

    public static PosixFileSystem Instance { get; } = new();

    public IFile CreateFile(string path) =>
        new PosixFile(OpenHandle(path, PosixCalls.ReadWrite | PosixCalls.Create | PosixCalls.Exclusive), path);

    public IFile OpenFile(string path, FileAccessMode mode) =>
        new PosixFile(OpenHandle(path, mode == FileAccessMode.Read ? PosixCalls.ReadOnly : PosixCalls.ReadWrite), path);

    public bool FileExists(string path) => StatusOrNull(path) is { IsDirectory: false };

    public bool DirectoryExists(string path) => StatusOrNull(path) is { IsDirectory: true };

    public IReadOnlyList<string> ListFiles(string directory) => List(directory, static (ref FileSystemEntry entry) => !entry.IsDirectory);

    public IReadOnlyList<string> ListDirectories(string directory) => List(directory, static (ref FileSystemEntry entry) => entry.IsDirectory);

    public void CreateDirectory(string path)
    {
        if (PosixCalls.MakeDirectory(path, PosixCalls.OwnerAll) == 0)
            return;

        int errno = PosixCalls.Errno;
        if (errno != PosixCalls.Exists || !DirectoryExists(path))
            throw new StorageException("mkdir", path, errno);
    }

    public void DeleteFile(string path)
    {
        if (PosixCalls.Unlink(path) < 0)
            throw new StorageException("unlink", path, PosixCalls.Errno);
    }

    public void DeleteDirectory(string path)
    {
        foreach (string name in List(path, static (ref FileSystemEntry _) => true))
        {
            // unlink takes a symbolic link away without following it, and refuses a directory.
            string entry = $"{path}/{name}";
            if (PosixCalls.Unlink(entry) == 0)
                continue;

            int errno = PosixCalls.Errno;
            if (errno != PosixCalls.IsDirectory)
                throw new StorageException("unlink", entry, errno);

            DeleteDirectory(entry);
        }

        if (PosixCalls.RemoveDirectory(path) < 0)
            throw new StorageException("rmdir", path, PosixCalls.Errno);
    }

    public void Rename(string source, string target)
    {
        if (PosixCalls.Rename(source, target) < 0)
            throw new StorageException("rename", source, PosixCalls.Errno);
    }

    public void Link(string source, string target)
    {
        if (PosixCalls.Link(source, target) < 0)
            throw new StorageException("link", target, PosixCalls.Errno);
    }

    public void SyncDirectory(string path)
    {
        using var handle = OpenHandle(path, PosixCalls.ReadOnly);
        int result;
        do
            result = PosixCalls.Sync(handle);
        while (PosixCalls.MustRetry(result));

        if (result < 0)
            throw new StorageException("fsync", path, PosixCalls.Errno);
    }

    public IDisposable? TryLock(string path) => PosixLock.TryTake(path);

    public long FreeBytes(string path)
    {
        if (PosixCalls.FreeBytes(path, out long bytes) < 0)
            throw new StorageException("statvfs", path, PosixCalls.Errno);

        return bytes;
    }

    /// <summary>Opens a file that only its owner may use and no child process inherits.</summary>
    internal static SafeFileHandle OpenHandle(string path, int flags)
    {
        int descriptor;
        do
            descriptor = PosixCalls.Open(path, flags | PosixCalls.CloseOnExec, PosixCalls.OwnerReadWrite);
        while (PosixCalls.MustRetry(descriptor));

        if (descriptor < 0)
            throw new StorageException("open", path, PosixCalls.Errno);

        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    // Only "there is nothing" is null. A refusal is an error, so that a file we may not see is never taken for one that is missing.
    private static PosixStatus? StatusOrNull(string path)
    {
        if (PosixCalls.Status(path, out var status) == 0)
            return status;

        int errno = PosixCalls.Errno;
        return errno is PosixCalls.NoEntry or PosixCalls.NotDirectory ? null : throw new StorageException("statx", path, errno);
    }

    private static string[] List(string directory, FileSystemEnumerable<string>.FindPredicate isWanted)
    {
        try
        {
            var entries = new FileSystemEnumerable<string>(directory, static (ref FileSystemEntry entry) => entry.FileName.ToString(), s_everyEntry)
            {
                ShouldIncludePredicate = isWanted,
            };
            string[] names = [.. entries];
            Array.Sort(names, StringComparer.Ordinal);
            return names;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException("list", directory, ErrnoOf(exception), innerException: exception);
        }
    }

    private static int ErrnoOf(Exception exception) => exception switch
    {
        DirectoryNotFoundException => PosixCalls.NoEntry,
        UnauthorizedAccessException => StorageException.ErrnoAccessDenied,

        // On Unix the BCL puts the error number there, unless it has a code of its own (negative).
        { HResult: > 0 } => exception.HResult,
        _ => StorageException.ErrnoIo,
    };
}
