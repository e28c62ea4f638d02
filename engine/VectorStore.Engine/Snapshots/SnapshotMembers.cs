using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Snapshots;

/// <summary>The snapshots of collections that a snapshot of the whole database is made of.</summary>
internal static class SnapshotMembers
{
    /// <summary>Writes what the snapshot of the whole database says of itself, over those of its collections; durable when it returns, but for the directory's own name.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="directory">Of the whole; those of the collections are in it, complete.</param>
    /// <param name="draft">The descriptor without what the collections say.</param>
    /// <param name="members">The descriptors of the collections.</param>
    /// <param name="cancellationToken">Checked often.</param>
    public static SnapshotDescriptor Complete(
        IFileSystem fileSystem, string directory, SnapshotDescriptor draft, IReadOnlyList<SnapshotDescriptor> members, CancellationToken cancellationToken)
    {
        var files = new List<SnapshotFile>();
        foreach (var member in members)
        {
            string prefix = SnapshotFormat.MemberDirectory(member.CollectionName);
            files.Add(SnapshotFiles.Hash(fileSystem, directory, $"{prefix}/{SnapshotFormat.DescriptorFile}", cancellationToken));
            files.AddRange(member.Files.Select(file => file with { Name = $"{prefix}/{file.Name}" }));
        }

        var descriptor = draft with
        {
            Bytes = files.Sum(file => file.Bytes),
            Files = [.. files.OrderBy(file => file.Name, StringComparer.Ordinal)],
            Collections = [.. members.Select(member => new SnapshotMember(member.CollectionName, member.Lsn, member.Checksum)).OrderBy(member => member.CollectionName, StringComparer.Ordinal)],
        };
        descriptor = SnapshotDescriptorFile.Write(fileSystem, directory, descriptor);
        fileSystem.SyncDirectory($"{directory}/{SnapshotFormat.CollectionsDirectory}");
        fileSystem.SyncDirectory(directory);
        return descriptor;
    }

    /// <summary>The descriptor of one of the collections, held against what the whole says.</summary>
    /// <exception cref="CorruptDataException">It is damaged, or of another snapshot.</exception>
    public static SnapshotDescriptor Read(IFileSystem fileSystem, string directory, SnapshotDescriptor whole, SnapshotMember member)
    {
        string prefix = SnapshotFormat.MemberDirectory(member.CollectionName);
        string path = $"{directory}/{prefix}/{SnapshotFormat.DescriptorFile}";
        var descriptor = SnapshotDescriptorFile.Read(fileSystem, $"{directory}/{prefix}");
        if (descriptor.Collections is not null || descriptor.Name != whole.Name || descriptor.CollectionName != member.CollectionName)
            throw new CorruptDataException(path, 0, $"expected snapshot '{whole.Name}' of collection '{member.CollectionName}', found '{descriptor.Name}' of {SnapshotFormat.Whose(descriptor.CollectionName)}");
        if (descriptor.Lsn != member.Lsn || descriptor.Checksum != member.Checksum)
            throw new CorruptDataException(path, 0, $"expected log position {member.Lsn} and checksum {member.Checksum}, found {descriptor.Lsn} and {descriptor.Checksum}");

        var files = whole.Files.Where(file => file.Name.StartsWith($"{prefix}/", StringComparison.Ordinal)).ToHashSet();
        foreach (var file in descriptor.Files)
        {
            if (!files.Contains(file with { Name = $"{prefix}/{file.Name}" }))
                throw new CorruptDataException(path, 0, $"the snapshot of the whole database does not name {file.Name} with {file.Bytes} bytes and SHA-256 {file.Sha256}");
        }

        return files.Count == descriptor.Files.Count + 1
            ? descriptor
            : throw new CorruptDataException(path, 0, $"it names {descriptor.Files.Count} files, the snapshot of the whole database {files.Count - 1} of this collection");
    }
}
