using VectorStore.Engine.Payloads;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Snapshots;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Collections;

/// <content>Making the sound collection.</content>
internal sealed partial class CollectionRepair
{
    /// <summary>Writes a sound collection into a directory that nobody knows yet; durable when it returns, but for that directory's own name.</summary>
    /// <param name="target">Is made.</param>
    /// <param name="threads">To build graphs with.</param>
    /// <param name="cancellationToken">Leaves an unfinished directory.</param>
    public void Build(string target, int threads, CancellationToken cancellationToken)
    {
        var manifest = _manifests.Manifest!;
        var id = Guid.NewGuid();
        string segments = $"{target}/{Collection.SegmentsName}";
        _fileSystem.CreateDirectory(target);
        SnapshotWriter.LinkSegments(_fileSystem, SegmentsDirectory, segments, [.. _segments.Where(segment => segment.Salvage is null).Select(segment => segment.Entry)], cancellationToken);

        uint next = manifest.NextSegment;
        var entries = new List<SegmentEntry>();
        foreach (var (entry, salvage, verdict) in _segments)
        {
            if (salvage is null)
                entries.Add(entry);
            else if (verdict!.Kept.Count > 0)
                entries.Add(salvage.Write(_fileSystem, segments, next++, verdict.Kept, manifest.Lsn, _payloadStore, threads, cancellationToken));
        }

        _log.Write($"{target}/{Collection.LogName}", id, cancellationToken);
        new ManifestStore(_fileSystem, target).Write(manifest with
        {
            // Numbers go on: deletes files are named after them.
            Number = _manifests.NewestNumber + 1,
            Id = id,
            DurableLsn = _log.LastLsn,
            NextSegment = next,
            Segments = entries,
            Payloads = PayloadCheckpoint.None,
        });
        _fileSystem.SyncDirectory(target);
    }

    /// <summary>Gives what is not carried over whole a second name, or copies it, so that it outlives the collection's directory. Durable but for the name of <paramref name="target"/>.</summary>
    public void KeepOriginals(string target, CancellationToken cancellationToken)
    {
        _fileSystem.CreateDirectory(target);
        foreach (string original in _originals.Distinct())
        {
            string source = $"{_directory}/{original}";
            if (_fileSystem.FileExists(source))
                _fileSystem.LinkOrCopy(source, $"{target}/{original}", cancellationToken);
            else if (_fileSystem.DirectoryExists(source))
                KeepDirectory(source, $"{target}/{original}", cancellationToken);
        }

        string report = string.Join('\n', [.. _damages.Select(damage => $"damage: {damage.File} at byte {damage.OffsetBytes?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"}: {damage.Reason}"), .. _actions, .. _losses.SelectMany(Lines)]);
        _fileSystem.WriteAtomically($"{target}/REPAIR.txt", System.Text.Encoding.UTF8.GetBytes(report + "\n"));
        _fileSystem.SyncDirectory(target);
    }

    private static IEnumerable<string> Lines(RepairLoss loss)
    {
        yield return $"lost: {loss.Message}";
        foreach (var ids in loss.PointIds.Chunk(100))
            yield return $"  {string.Join(' ', ids)}";
    }

    private void KeepDirectory(string source, string target, CancellationToken cancellationToken)
    {
        string parent = FileSystemExtensions.Parent(target);
        _fileSystem.CreateDirectory(parent);
        _fileSystem.CreateDirectory(target);
        foreach (string file in _fileSystem.ListFiles(source))
        {
            cancellationToken.ThrowIfCancellationRequested();
            _fileSystem.LinkOrCopy($"{source}/{file}", $"{target}/{file}", cancellationToken);
        }

        foreach (string directory in _fileSystem.ListDirectories(source))
            KeepDirectory($"{source}/{directory}", $"{target}/{directory}", cancellationToken);

        _fileSystem.SyncDirectory(target);
        _fileSystem.SyncDirectory(parent);
    }
}
