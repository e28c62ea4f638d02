namespace VectorStore.Engine.Storage;

/// <summary>Everything the engine asks of a disk. Only this room opens files; a test replaces it to pull the plug.</summary>
/// <remarks>
/// Paths are absolute, with '/'. Calls block: Linux has no asynchronous file calls that .NET uses, and every caller has a thread of its own for them.
/// All failures are <see cref="StorageException"/>. What is durable when: file contents after <see cref="IFile.SyncData"/>; the existence
/// or name of a file or directory after <see cref="SyncDirectory"/> of its parent. Nothing else promises anything. Thread-safe.
/// </remarks>
internal interface IFileSystem
{
    /// <summary>Makes a new file; fails with EEXIST where there is one. Its name is durable only after <see cref="SyncDirectory"/>.</summary>
    IFile CreateFile(string path);

    /// <summary>Opens a file that exists; fails with ENOENT where there is none. Never creates.</summary>
    IFile OpenFile(string path, FileAccessMode mode);

    bool FileExists(string path);

    bool DirectoryExists(string path);

    /// <summary>Names (not paths) of the files directly in a directory, in ordinal order.</summary>
    IReadOnlyList<string> ListFiles(string directory);

    /// <summary>Names (not paths) of the directories directly in a directory, in ordinal order.</summary>
    IReadOnlyList<string> ListDirectories(string directory);

    /// <summary>Makes one directory (mode 0700) whose parent exists; does nothing where it exists. Durable after syncing the parent.</summary>
    void CreateDirectory(string path);

    /// <summary>Removes a file; fails with ENOENT where there is none. Durable after syncing the directory.</summary>
    void DeleteFile(string path);

    /// <summary>Removes a directory with all that is in it. Not atomic: rename it away first where that matters.</summary>
    void DeleteDirectory(string path);

    /// <summary>rename(2): atomically replaces a target file; moves a directory where the target does not exist. Durable after syncing both parents.</summary>
    void Rename(string source, string target);

    /// <summary>
    /// link(2): gives a file another name on the same file system; fails with EEXIST where the name is taken. Both names are the same file, and its bytes stay while
    /// one of them does. Durable after syncing the target's directory.
    /// </summary>
    void Link(string source, string target);

    /// <summary>Makes the entries (names) of a directory durable.</summary>
    void SyncDirectory(string path);

    /// <summary>Takes the one exclusive lock on a file, made where missing; null where somebody holds it. Given back by disposing, or by the death of the process.</summary>
    IDisposable? TryLock(string path);

    /// <summary>Bytes an ordinary user may still write to the file system that holds <paramref name="path"/>.</summary>
    long FreeBytes(string path);
}
