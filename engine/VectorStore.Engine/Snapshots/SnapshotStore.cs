using System.Security.Cryptography;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Snapshots;

/// <summary>The snapshots of a database: their directories, and how one appears and goes. Thread-safe as long as one operation at a time works on a snapshot, see <see cref="Gate"/>.</summary>
/// <remarks>
/// A snapshot has its name only once every file and every directory of it is synced, and loses the name before the first file goes. What is made or removed meanwhile
/// begins with a dot, which names do not, and is removed when the database is opened.
/// </remarks>
internal sealed class SnapshotStore(IFileSystem fileSystem, string root, SnapshotGate gate, Action<string>? log)
{
    private const string UnfinishedPrefix = ".";

    // Not a character of names.
    private const string DeletedSuffix = "~deleted";
    private const string ImportName = "~import-";

    /// <summary>Who may work on a snapshot.</summary>
    public SnapshotGate Gate => gate;

    public string DirectoryOf(string collection, string name) => $"{DirectoryOf(collection)}/{name}";

    public bool Exists(string collection, string name) => fileSystem.DirectoryExists(DirectoryOf(collection, name));

    /// <summary>The snapshots of a collection, whether it is still there or not, in ordinal order; a damaged one with the reason.</summary>
    public IReadOnlyList<SnapshotInfo> List(string collection)
    {
        string directory = DirectoryOf(collection);
        if (!fileSystem.DirectoryExists(directory))
            return [];

        return [.. fileSystem.ListDirectories(directory).Where(name => !name.StartsWith(UnfinishedPrefix, StringComparison.Ordinal)).Select(name => Describe(collection, name))];
    }

    /// <summary>Names of the collections, there or not, that have snapshots, in ordinal order.</summary>
    public IReadOnlyList<string> ListCollections() =>
        fileSystem.DirectoryExists(root) ? [.. fileSystem.ListDirectories(root).Where(name => name != SnapshotFormat.AllDirectory && !name.StartsWith(UnfinishedPrefix, StringComparison.Ordinal))] : [];

    /// <summary>What is known of a snapshot; of a damaged one, the reason.</summary>
    public SnapshotInfo Describe(string collection, string name)
    {
        try
        {
            return ReadDescriptor(collection, name).ToInfo();
        }
        catch (VectorStoreException problem)
        {
            return new SnapshotInfo { Name = name, CollectionName = collection, Problem = problem.Message };
        }
    }

    /// <summary>The archive of a snapshot, to be read from an offset on.</summary>
    /// <param name="collection">Whose snapshot.</param>
    /// <param name="name">Its name.</param>
    /// <param name="offsetBytes">Of the first byte to read.</param>
    /// <param name="checksum">Of the snapshot that is meant; null: whichever has the name.</param>
    /// <param name="base">Leaves out what this one has; null: nothing.</param>
    /// <param name="beforeRead">Throws where nothing may be read any more.</param>
    /// <param name="cancellationToken">Gives up opening.</param>
    public ArchiveStream OpenArchive(string collection, string name, long offsetBytes, string? checksum, SnapshotBase? @base, Action beforeRead, CancellationToken cancellationToken)
    {
        ThrowIfMissing(collection, name);
        SnapshotDescriptor? descriptor = null;
        try
        {
            descriptor = ReadDescriptor(collection, name);
            if (checksum is not null && checksum != descriptor.Checksum)
                throw Changed(collection, name, checksum, descriptor.Checksum);

            var left = @base is null ? null : ReadBase(collection, @base);
            long length = ArchiveStream.LengthOf(descriptor, left);
            if (offsetBytes < 0 || offsetBytes > length)
                throw new InvalidRequestException(ErrorReason.OutOfRange, "offsetBytes", $"offsetBytes: expected 0 to {length}, the length of the archive, got {offsetBytes}");

            return new ArchiveStream(fileSystem, DirectoryOf(collection, name), descriptor, left, offsetBytes, beforeRead, problem => Explain(collection, name, descriptor.Checksum, problem), cancellationToken);
        }
        catch (VectorStoreException problem) when (problem is CorruptDataException or StorageException)
        {
            throw Explain(collection, name, checksum ?? descriptor?.Checksum, problem);
        }
    }

    /// <summary>The descriptor of the base of an archive that is written.</summary>
    /// <exception cref="DatabaseStateException">There is no such snapshot, or another one.</exception>
    /// <exception cref="CorruptDataException">It is damaged.</exception>
    public SnapshotDescriptor ReadBase(string collection, SnapshotBase @base)
    {
        ThrowIfMissing(collection, @base.Name);
        SnapshotDescriptor descriptor;
        try
        {
            descriptor = ReadDescriptor(collection, @base.Name);
        }
        catch (CorruptDataException damage)
        {
            throw new CorruptDataException(ErrorReason.SnapshotDamaged, damage);
        }

        return @base.Checksum is null || @base.Checksum == descriptor.Checksum ? descriptor : throw Changed(collection, @base.Name, @base.Checksum, descriptor.Checksum);
    }

    /// <summary>The descriptor of the base that an archive was made against.</summary>
    /// <exception cref="DatabaseStateException">It is not there, or another one has its name.</exception>
    /// <exception cref="CorruptDataException">It is damaged.</exception>
    public SnapshotDescriptor FindBase(string collection, ArchiveBase @base)
    {
        string needed = $"the archive has only what snapshot '{@base.Name}' of {SnapshotFormat.Whose(collection)} with checksum {@base.Checksum} has not";
        if (!Exists(collection, @base.Name))
            throw new DatabaseStateException(ErrorReason.SnapshotBaseMissing, $"{needed}; there is no snapshot '{@base.Name}' here");

        var descriptor = ReadBase(collection, new SnapshotBase(@base.Name));
        return descriptor.Checksum == @base.Checksum
            ? descriptor
            : throw new DatabaseStateException(ErrorReason.SnapshotBaseMissing, $"{needed}; the snapshot '{@base.Name}' here has checksum {descriptor.Checksum}");
    }

    /// <summary>The descriptor of a snapshot.</summary>
    /// <exception cref="DatabaseStateException">There is no such snapshot.</exception>
    /// <exception cref="CorruptDataException">It is damaged.</exception>
    public SnapshotDescriptor Read(string collection, string name)
    {
        ThrowIfMissing(collection, name);
        return ReadDescriptor(collection, name);
    }

    /// <exception cref="DatabaseStateException">There is no such snapshot.</exception>
    public void ThrowIfMissing(string collection, string name)
    {
        if (!Exists(collection, name))
            throw Missing(collection, name);
    }

    /// <exception cref="DatabaseStateException">There is such a snapshot.</exception>
    public void ThrowIfExists(string collection, string name)
    {
        if (Exists(collection, name))
            throw new DatabaseStateException(ErrorReason.SnapshotAlreadyExists, $"{SnapshotFormat.Whose(collection)} has a snapshot '{name}' already");
    }

    /// <summary>Makes an empty directory for a snapshot that does not have its name yet.</summary>
    /// <param name="collection">Whose snapshot.</param>
    /// <param name="name">Its name; null where an import has yet to tell.</param>
    public string Begin(string collection, string? name)
    {
        fileSystem.CreateDirectoryDurably(DirectoryOf(collection));
        if (name is not null)
            ThrowIfExists(collection, name);

        string aside = $"{DirectoryOf(collection)}/{UnfinishedPrefix}{name ?? ImportName + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        if (fileSystem.DirectoryExists(aside))
            fileSystem.DeleteDirectory(aside);

        fileSystem.CreateDirectory(aside);
        return aside;
    }

    /// <summary>Gives a whole snapshot, in which everything is synced, its name; durable when it returns.</summary>
    public void Publish(string aside, string collection, string name)
    {
        ThrowIfExists(collection, name);
        string directory = DirectoryOf(collection, name);
        fileSystem.Rename(aside, directory);
        try
        {
            fileSystem.SyncDirectory(DirectoryOf(collection));
        }
        catch (StorageException)
        {
            // Whoever is told of a failure finds nothing.
            fileSystem.Rename(directory, aside);
            throw;
        }
    }

    /// <summary>Removes a snapshot; durable when it returns.</summary>
    public void Delete(string collection, string name)
    {
        ThrowIfMissing(collection, name);
        string aside = $"{DirectoryOf(collection)}/{UnfinishedPrefix}{name}{DeletedSuffix}";
        if (fileSystem.DirectoryExists(aside))
            fileSystem.DeleteDirectory(aside);

        fileSystem.Rename(DirectoryOf(collection, name), aside);
        fileSystem.SyncDirectory(DirectoryOf(collection));
        Discard(aside);
    }

    /// <summary>Removes a directory that has no name of a snapshot, as far as the disk lets us; the next start removes the rest.</summary>
    public void Discard(string aside)
    {
        try
        {
            if (fileSystem.DirectoryExists(aside))
                fileSystem.DeleteDirectory(aside);
        }
        catch (StorageException problem)
        {
            log?.Invoke($"{aside} could not be removed and will be at the next start: {problem.Message}");
        }
    }

    /// <summary>Removes what a crash left unfinished.</summary>
    public void RemoveLeftovers()
    {
        if (!fileSystem.DirectoryExists(root))
            return;

        foreach (string collection in fileSystem.ListDirectories(root))
        {
            // A killed process may have renamed a snapshot without syncing: its files may go, and its name be relied on, only once that is surely so.
            string directory = $"{root}/{collection}";
            fileSystem.SyncDirectory(directory);
            foreach (string name in fileSystem.ListDirectories(directory).Where(name => name.StartsWith(UnfinishedPrefix, StringComparison.Ordinal)))
                Discard($"{directory}/{name}");
        }
    }

    /// <summary>Why reading a snapshot failed: it is gone, it is another one by now, or else what the problem says.</summary>
    private VectorStoreException Explain(string collection, string name, string? checksum, VectorStoreException problem)
    {
        if (!Exists(collection, name))
            return Missing(collection, name, problem);
        if (checksum is not null && Describe(collection, name) is { Problem: null } now && now.Checksum != checksum)
            return Changed(collection, name, checksum, now.Checksum);

        return problem is CorruptDataException { Reason: ErrorReason.CorruptData } damage ? new CorruptDataException(ErrorReason.SnapshotDamaged, damage) : problem;
    }

    private static DatabaseStateException Missing(string collection, string name, Exception? cause = null) =>
        new(ErrorReason.SnapshotNotFound, $"there is no snapshot '{name}' of {SnapshotFormat.Whose(collection)}", cause);

    private static DatabaseStateException Changed(string collection, string name, string expected, string found) =>
        new(ErrorReason.SnapshotChanged, $"snapshot '{name}' of {SnapshotFormat.Whose(collection)} is another one by now: expected checksum {expected}, found {found}");

    private string DirectoryOf(string collection) => $"{root}/{(collection == SnapshotFormat.All ? SnapshotFormat.AllDirectory : collection)}";

    private SnapshotDescriptor ReadDescriptor(string collection, string name)
    {
        string directory = DirectoryOf(collection, name);
        var descriptor = SnapshotDescriptorFile.Read(fileSystem, directory);
        if (descriptor.Name != name)
            throw new CorruptDataException($"{directory}/{SnapshotFormat.DescriptorFile}", 0, $"expected snapshot '{name}', found '{descriptor.Name}'");
        if ((collection == SnapshotFormat.All) != descriptor.Collections is not null)
            throw new CorruptDataException($"{directory}/{SnapshotFormat.DescriptorFile}", 0, $"expected a snapshot of {SnapshotFormat.Whose(collection)}, found one of {SnapshotFormat.Whose(descriptor.CollectionName)}");

        return descriptor;
    }
}
