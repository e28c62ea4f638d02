namespace VectorStore.Engine.Storage;

/// <summary>Asks a data directory, when it is opened, whether it can keep what the engine promises: before the first write depends on it.</summary>
/// <remarks>It cannot prove that a disk tells the truth about a sync. It does find a runtime that hides errors, and file systems that lack a call. Takes a few syncs.</remarks>
internal static class DurabilitySelfTest
{
    // Start-up removes files of this ending, should we be interrupted.
    private const string ProbeName = "selftest-probe.tmp";
    private const string RenamedName = "selftest-renamed.tmp";
    private const string LockName = "selftest-lock.tmp";

    private const int PatternBytes = 5000;
    private const int PreallocatedBytes = 64 * 1024;

    /// <summary>Runs every check. The caller holds the lock of the directory.</summary>
    /// <exception cref="DatabaseStateException">Something does not work; the message names it. No file is left behind where one can be removed.</exception>
    /// <remarks>A full disk is no finding: a database must open on one, so that it can be read and made smaller.</remarks>
    public static void Run(IFileSystem fileSystem, string directory)
    {
        // Only the operating system has descriptors to ask about.
        if (fileSystem is PosixFileSystem)
            Check(directory, "reporting of sync errors", PosixSyncCheck.Run);

        string probe = $"{directory}/{ProbeName}";
        string renamed = $"{directory}/{RenamedName}";
        string lockFile = $"{directory}/{LockName}";
        try
        {
            Check(directory, "removal of files", () => Remove(fileSystem, probe, renamed, lockFile));
            Check(directory, "writing and syncing of files", () => CheckSync(fileSystem, probe));
            Check(directory, "preallocation", () => CheckPreallocation(fileSystem, probe));
            Check(directory, "syncing of directories", () => fileSystem.SyncDirectory(directory));
            Check(directory, "renaming", () => CheckRename(fileSystem, probe, renamed));
            Check(directory, "locking", () => CheckLock(fileSystem, lockFile));
            Check(directory, "removal of files", () => Remove(fileSystem, probe, renamed, lockFile));
        }
        catch (VectorStoreException exception)
        {
            TryRemove(fileSystem, probe, renamed, lockFile);
            if (exception.InnerException is not StorageException { Reason: ErrorReason.StorageFull })
                throw;
        }
    }

    private static void CheckSync(IFileSystem fileSystem, string path)
    {
        byte[] pattern = Pattern();
        using (var file = fileSystem.CreateFile(path))
        {
            file.Write(pattern, 0);
            file.SyncData();
        }

        Require(fileSystem.ReadAllBytes(path, PatternBytes).AsSpan().SequenceEqual(pattern), "a file reads back other bytes than were written");
    }

    private static void CheckPreallocation(IFileSystem fileSystem, string path)
    {
        using var file = fileSystem.OpenFile(path, FileAccessMode.ReadWrite);
        file.Preallocate(PreallocatedBytes);
        Require(file.Length == PreallocatedBytes, $"a file preallocated to {PreallocatedBytes} bytes has {file.Length}");

        byte[] bytes = new byte[PreallocatedBytes];
        file.ReadExactly(bytes, 0);
        Require(bytes.AsSpan(0, PatternBytes).SequenceEqual(Pattern()), "preallocation changed what was written before");
        Require(!bytes.AsSpan(PatternBytes).ContainsAnyExcept((byte)0), "preallocated room is not zero");
        file.SetLength(PatternBytes);
        file.SyncData();
    }

    private static void CheckRename(IFileSystem fileSystem, string source, string target)
    {
        // Over a file that exists, as the manifest is replaced.
        fileSystem.CreateFile(target).Dispose();
        fileSystem.Rename(source, target);
        Require(!fileSystem.FileExists(source), "a renamed file still has its old name");
        Require(fileSystem.ReadAllBytes(target, PatternBytes).AsSpan().SequenceEqual(Pattern()), "a file that replaces another has other contents");
    }

    private static void CheckLock(IFileSystem fileSystem, string path)
    {
        using (var first = fileSystem.TryLock(path))
        {
            Require(first is not null, "a file that nobody uses cannot be locked");
            using var second = fileSystem.TryLock(path);
            Require(second is null, "a file can be locked twice");
        }

        using var again = fileSystem.TryLock(path);
        Require(again is not null, "a lock that was given back cannot be taken again");
    }

    private static byte[] Pattern()
    {
        byte[] pattern = new byte[PatternBytes];
        new Random(1).NextBytes(pattern);
        return pattern;
    }

    private static void Remove(IFileSystem fileSystem, params ReadOnlySpan<string> paths)
    {
        foreach (string path in paths)
        {
            if (fileSystem.FileExists(path))
                fileSystem.DeleteFile(path);
        }
    }

    private static void TryRemove(IFileSystem fileSystem, params ReadOnlySpan<string> paths)
    {
        try
        {
            Remove(fileSystem, paths);
        }
        catch (StorageException)
        {
            // The finding that brought us here is the one to report; the next start removes the rest.
        }
    }

    private static void Require(bool condition, string finding)
    {
        if (!condition)
            throw new DatabaseStateException(ErrorReason.StorageFailed, finding);
    }

    private static void Check(string directory, string what, Action check)
    {
        try
        {
            check();
        }
        catch (VectorStoreException exception)
        {
            throw new DatabaseStateException(
                ErrorReason.StorageFailed,
                $"data directory {directory} cannot keep data safe: {what} does not work there: {exception.Message}",
                exception);
        }
    }
}
