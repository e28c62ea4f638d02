using System.Collections.Concurrent;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Snapshots;

/// <summary>What files that never change hash to, those of sealed segments and closed ones of the log: each is read once for all snapshots of a collection. Thread-safe.</summary>
internal sealed class SnapshotHashes
{
    // Under a name there is only ever one such file: numbers of segments, of manifests and of the log's files are used once.
    private readonly ConcurrentDictionary<string, SnapshotFile> _files = new(StringComparer.Ordinal);

    public bool Knows(string name) => _files.ContainsKey(name);

    /// <summary>Length and SHA-256 of a file that never changes, read now unless they are known.</summary>
    public SnapshotFile Get(IFileSystem fileSystem, string directory, string name, CancellationToken cancellationToken)
    {
        if (_files.TryGetValue(name, out var known))
            return known;

        return _files[name] = SnapshotFiles.Hash(fileSystem, directory, name, cancellationToken);
    }

    /// <summary>Forgets files that are gone.</summary>
    public void Keep(IReadOnlyList<SnapshotFile> files)
    {
        var names = files.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        foreach (string name in _files.Keys.Where(name => !names.Contains(name)))
            _files.TryRemove(name, out _);
    }
}
