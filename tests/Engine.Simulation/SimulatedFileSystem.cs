using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Simulation;

/// <summary>A disk in memory that a test pulls the plug on.</summary>
/// <remarks>
/// It keeps a live image (what calls see) and a durable image (what was synced) of file data and of directory entries. <see cref="Crash"/>
/// gives a disk as it may be after a loss of power; the same seed and the same calls give the same disk. Where the contract of
/// <see cref="IFileSystem"/> leaves room, it does the worst that a real disk may do. Thread-safe.
/// </remarks>
internal sealed partial class SimulatedFileSystem : ITestDisk
{
    private const int NotPermitted = 1;
    private const int NoSuchEntry = 2;
    private const int FileExistsAlready = 17;
    private const int NotADirectory = 20;
    private const int IsADirectory = 21;
    private const int InvalidArgument = 22;
    private const int NameTooLong = 36;
    private const int DirectoryNotEmpty = 39;
    private const int NameBytesMax = 255;
    private const long UnlimitedFreeBytes = 1L << 40;

    private readonly Lock _gate = new();

    // Guarded by _gate, with all nodes below it.
    private readonly Random _random;
    private readonly DirectoryNode _root;
    private readonly PendingEntries _pendingEntries;

    /// <summary>An empty disk that holds "/".</summary>
    public SimulatedFileSystem(int seed = 0)
        : this(seed, new DirectoryNode(), new PendingEntries())
    {
    }

    private SimulatedFileSystem(int seed, DirectoryNode root, PendingEntries pendingEntries)
    {
        Seed = seed;
        _random = MixedRandom.Create(seed);
        _root = root;
        _pendingEntries = pendingEntries;
    }

    /// <summary>What to print when a test fails.</summary>
    public int Seed { get; }

    /// <summary>Bytes of files this disk has room for, in whole pages; more fails with ENOSPC. Null: no limit.</summary>
    public long? CapacityBytes { get; set; }

    public IFile CreateFile(string path)
    {
        lock (_gate)
        {
            var node = new FileNode();
            Mutate(FileCallKind.CreateFile, path, () =>
            {
                var (directory, name) = ParentOf(path, "open");
                if (directory.Live.ContainsKey(name))
                    throw new StorageException("open", path, FileExistsAlready);

                _pendingEntries.Add(new EntryAssignment(directory, name, node));
            });
            return new SimulatedFile(this, node, path, FileAccessMode.ReadWrite);
        }
    }

    public IFile OpenFile(string path, FileAccessMode mode)
    {
        lock (_gate)
        {
            Begin(FileCallKind.Open, path);
            return Find(path) switch
            {
                FileNode file => new SimulatedFile(this, file, path, mode),
                DirectoryNode => throw new StorageException("open", path, IsADirectory),
                _ => throw new StorageException("open", path, NoSuchEntry),
            };
        }
    }

    public bool FileExists(string path)
    {
        lock (_gate)
        {
            ThrowIfCrashed();
            return Find(path) is FileNode;
        }
    }

    public bool DirectoryExists(string path)
    {
        lock (_gate)
        {
            ThrowIfCrashed();
            return Find(path) is DirectoryNode;
        }
    }

    public IReadOnlyList<string> ListFiles(string directory) => List<FileNode>(directory);

    public IReadOnlyList<string> ListDirectories(string directory) => List<DirectoryNode>(directory);

    public void CreateDirectory(string path)
    {
        lock (_gate)
        {
            Mutate(FileCallKind.CreateDirectory, path, () =>
            {
                switch (Find(path))
                {
                    case DirectoryNode:
                        return;
                    case FileNode:
                        throw new StorageException("mkdir", path, FileExistsAlready);
                }

                var (directory, name) = ParentOf(path, "mkdir");
                _pendingEntries.Add(new EntryAssignment(directory, name, new DirectoryNode()));
            });
        }
    }

    public void DeleteFile(string path)
    {
        lock (_gate)
        {
            Mutate(FileCallKind.DeleteFile, path, () =>
            {
                var (directory, name) = ParentOf(path, "unlink");
                switch (directory.Live.GetValueOrDefault(name))
                {
                    case null:
                        throw new StorageException("unlink", path, NoSuchEntry);
                    case DirectoryNode:
                        throw new StorageException("unlink", path, IsADirectory);
                    default:
                        _pendingEntries.Add(new EntryAssignment(directory, name, null));
                        break;
                }
            });
        }
    }

    public void DeleteDirectory(string path)
    {
        lock (_gate)
        {
            Mutate(
                FileCallKind.DeleteDirectory,
                path,
                () =>
                {
                    var node = FindDirectory(path, "rmdir");
                    var (directory, name) = ParentOf(path, "rmdir");
                    DeleteContents(node, static () => true);
                    _pendingEntries.Add(new EntryAssignment(directory, name, null));
                },
                () =>
                {
                    if (Find(path) is DirectoryNode node)
                        DeleteContents(node, () => _random.Next(2) == 0);
                });
        }
    }

    public void Rename(string source, string target)
    {
        lock (_gate)
        {
            Mutate(FileCallKind.Rename, source, () =>
            {
                var (sourceDirectory, sourceName) = ParentOf(source, "rename");
                var (targetDirectory, targetName) = ParentOf(target, "rename");
                var node = sourceDirectory.Live.GetValueOrDefault(sourceName) ?? throw new StorageException("rename", source, NoSuchEntry);
                var replaced = targetDirectory.Live.GetValueOrDefault(targetName);
                if (replaced == node)
                    return;
                if (node is DirectoryNode && replaced is FileNode)
                    throw new StorageException("rename", source, NotADirectory);
                if (node is FileNode && replaced is DirectoryNode)
                    throw new StorageException("rename", source, IsADirectory);
                if (replaced is DirectoryNode)
                    throw new StorageException("rename", source, DirectoryNotEmpty);
                if (node is DirectoryNode && $"{target}/".StartsWith($"{source}/", StringComparison.Ordinal))
                    throw new StorageException("rename", source, InvalidArgument);

                _pendingEntries.Add(new EntryAssignment(sourceDirectory, sourceName, null), new EntryAssignment(targetDirectory, targetName, node));
            });
        }
    }

    public void Link(string source, string target)
    {
        lock (_gate)
        {
            Mutate(FileCallKind.Link, target, () =>
            {
                var node = Find(source) switch
                {
                    FileNode file => file,
                    DirectoryNode => throw new StorageException("link", target, NotPermitted),
                    _ => throw new StorageException("link", target, NoSuchEntry),
                };
                var (directory, name) = ParentOf(target, "link");
                if (directory.Live.ContainsKey(name))
                    throw new StorageException("link", target, FileExistsAlready);

                // A name, and no more: bytes that were not synced under the old one may be lost under both.
                _pendingEntries.Add(new EntryAssignment(directory, name, node));
            });
        }
    }

    public void SyncDirectory(string path)
    {
        lock (_gate)
        {
            Mutate(FileCallKind.SyncDirectory, path, () =>
            {
                var node = FindDirectory(path, "fsync");
                if (!IsIgnored(_ignoredDirectorySync, path))
                    _pendingEntries.Sync(node);
            });
        }
    }

    public IDisposable? TryLock(string path)
    {
        lock (_gate)
        {
            ThrowIfCrashed();
            if (Find(path) is null)
                CreateFile(path).Dispose();

            var node = Find(path) as FileNode ?? throw new StorageException("open", path, IsADirectory);
            if (node.IsLocked)
                return null;

            node.IsLocked = true;
            return new SimulatedLock(this, node);
        }
    }

    public long FreeBytes(string path)
    {
        lock (_gate)
        {
            ThrowIfCrashed();
            if (Find(path) is null)
                throw new StorageException("statvfs", path, NoSuchEntry);

            return FreeBytesLocked();
        }
    }

    private string[] List<TNode>(string directory)
        where TNode : Node
    {
        lock (_gate)
        {
            ThrowIfCrashed();
            return [.. FindDirectory(directory, "list").Live.Where(entry => entry.Value is TNode).Select(entry => entry.Key)];
        }
    }

    private void DeleteContents(DirectoryNode directory, Func<bool> isReached)
    {
        foreach (var (name, node) in directory.Live.ToList())
        {
            if (node is DirectoryNode child)
                DeleteContents(child, isReached);
            bool isEmpty = node is not DirectoryNode { Live.Count: > 0 };
            if (isEmpty && isReached())
                _pendingEntries.Add(new EntryAssignment(directory, name, null));
        }
    }

    private long FreeBytesLocked() =>
        CapacityBytes is { } capacity ? Math.Max(0, capacity - AllFilesLocked().Select(file => file.Node).Distinct().Sum(file => file.AllocatedBytes)) : UnlimitedFreeBytes;

    private IEnumerable<(string Path, FileNode Node)> AllFilesLocked()
    {
        Stack<(string Path, DirectoryNode Node)> directories = new([("", _root)]);
        while (directories.TryPop(out var directory))
        {
            foreach (var (name, node) in directory.Node.Live)
            {
                string path = $"{directory.Path}/{name}";
                if (node is DirectoryNode child)
                    directories.Push((path, child));
                else
                    yield return (path, (FileNode)node);
            }
        }
    }

    private Node? Find(string path)
    {
        Node? node = _root;
        foreach (string name in NamesOf(path))
        {
            if (node is not DirectoryNode directory)
                return null;

            node = directory.Live.GetValueOrDefault(name);
        }

        return node;
    }

    private DirectoryNode FindDirectory(string path, string operation) => Find(path) switch
    {
        DirectoryNode directory => directory,
        FileNode => throw new StorageException(operation, path, NotADirectory),
        _ => throw new StorageException(operation, path, NoSuchEntry),
    };

    private (DirectoryNode Directory, string Name) ParentOf(string path, string operation)
    {
        string name = NamesOf(path).LastOrDefault() ?? throw new StorageException(operation, path, InvalidArgument);
        if (System.Text.Encoding.UTF8.GetByteCount(name) > NameBytesMax)
            throw new StorageException(operation, path, NameTooLong);

        return Find(FileSystemExtensions.Parent(path)) switch
        {
            DirectoryNode directory => (directory, name),
            FileNode => throw new StorageException(operation, path, NotADirectory),
            _ => throw new StorageException(operation, path, NoSuchEntry),
        };
    }

    // A path that would work on a real disk only by luck is the caller's bug.
    private static string[] NamesOf(string path)
    {
        if (path == "/")
            return [];

        string[] parts = path.Split('/');
        if (parts.Length < 2 || parts[0].Length > 0 || parts.Skip(1).Any(name => name is "" or "." or ".."))
            throw new ArgumentException($"'{path}' is not an absolute path in its shortest form", nameof(path));

        return parts[1..];
    }
}
