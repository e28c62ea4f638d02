using System.Collections.Concurrent;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Snapshots;

/// <summary>What the files of sealed segments hash to. They never change, so each is read once for all snapshots of a collection. Thread-safe.</summary>
internal sealed class SnapshotHashes
{
    private const string Cached = "segments/";

    // Under a name a segment's file is only ever one file: numbers of segments and of manifests are used once.
    private readonly ConcurrentDictionary<string, SnapshotFile> _files = new(StringComparer.Ordinal);

    public bool Knows(string name) => _files.ContainsKey(name);

    /// <summary>Length and SHA-256 of a file, read now unless they are known.</summary>
    public SnapshotFile Get(IFileSystem fileSystem, string directory, string name, CancellationToken cancellationToken)
    {
        if (_files.TryGetValue(name, out var known))
            return known;

        var file = SnapshotFiles.Hash(fileSystem, directory, name, cancellationToken);
        if (name.StartsWith(Cached, StringComparison.Ordinal))
            _files[name] = file;

        return file;
    }

    /// <summary>Forgets files of segments that are gone.</summary>
    public void Keep(IReadOnlyList<SnapshotFile> files)
    {
        var names = files.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        foreach (string name in _files.Keys.Where(name => !names.Contains(name)))
            _files.TryRemove(name, out _);
    }
}
