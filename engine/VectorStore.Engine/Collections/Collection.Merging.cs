using VectorStore.Engine.Collections;
using VectorStore.Engine.Segments;

namespace VectorStore.Engine;

/// <remarks>
/// Merging, in an order that a crash at any point leaves the old segments or the new one: copy the rows alive now → build codes and graph → write the
/// files → make every deletion seen so far durable → manifest at the same log position as before → swap in memory, with what was deleted
/// meanwhile. The old files go once no kept manifest names them.
/// </remarks>
public sealed partial class Collection
{
    // A segment is rewritten once more than this share of its rows is dead.
    private const double DeadShareMax = 0.2;

    // Segments below a quarter of the sealing size are merged once there are this many.
    private const int SmallSegmentsMax = 4;
    private const int SmallShare = 4;

    // Segments that the manifest no longer names, with the manifest that was the first without them. One at a time, under _sealing.
    private readonly List<(uint Number, ulong Manifest)> _obsolete = [];

    /// <summary>Merges small sealed segments and rewrites those with many dead rows, until none is left to improve.</summary>
    /// <remarks>Runs by itself after sealing. Reads and writes go on throughout. Takes as long as building the graph of what is rewritten.</remarks>
    /// <exception cref="StorageException">A file could not be written. Nothing is lost, and it may be tried again.</exception>
    public async Task OptimizeAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfNotWritable();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        await _sealing.WaitAsync(stop.Token).ConfigureAwait(false);
        try
        {
            while (PickSegmentsToMerge() is { Count: > 0 } sources)
                await MergeAsync(sources, stop.Token).ConfigureAwait(false);
        }
        finally
        {
            _sealing.Release();
        }
    }

    /// <summary>What is worth rewriting, oldest first; empty where nothing is.</summary>
    private List<Segment> PickSegmentsToMerge()
    {
        lock (_applyLock)
        {
            var candidates = _segments.FindAll(segment => segment.Sealed is not null);
            var dead = candidates.FindAll(segment => segment.Points.DeadCount > segment.Points.Count * DeadShareMax);
            var small = candidates.FindAll(segment => (segment.Points.Count - (long)segment.Points.DeadCount) * SmallShare < SealAtRows);
            if (small.Count >= SmallSegmentsMax)
                return small;

            return dead.Count > 0 ? [dead[0]] : [];
        }
    }

    private async Task MergeAsync(List<Segment> sources, CancellationToken cancellationToken)
    {
        using var lease = Lease();
        uint number;
        lock (_applyLock)
            number = _nextSegment++;

        var merger = new SegmentMerger(sources, lease.View.Lsn);
        ulong lsn = lease.View.Lsn;
        await Task.Run(
            () =>
            {
                var target = BuildMerged(merger, number, cancellationToken);
                try
                {
                    Replace(sources, target, merger, lsn, cancellationToken);
                }
                catch
                {
                    target?.Release();
                    throw;
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The merged segment, indexed; null where no row is alive.</summary>
    private Segment? BuildMerged(SegmentMerger merger, uint number, CancellationToken cancellationToken)
    {
        var copied = merger.CopyRows(number, _schema, cancellationToken);
        try
        {
            return copied?.BuildSealed(BuildThreads, cancellationToken);
        }
        finally
        {
            copied?.Release();
        }
    }

    private void Replace(List<Segment> sources, Segment? target, SegmentMerger merger, ulong lsn, CancellationToken cancellationToken)
    {
        SegmentEntry? entry = null;
        if (target is not null)
        {
            entry = SegmentWriter.Write(_fileSystem, SegmentsDirectory, target, lsn, _payloads, cancellationToken);
            SegmentReader.Reopen(_fileSystem, SegmentsDirectory, entry, _schema, target);
        }

        // Rows deleted after the manifest's position are not in the files: their deletions must be durable before a manifest names them.
        _log.EnsureDurable();

        var gone = sources.Select(source => source.Number).ToHashSet();
        var entries = new List<SegmentEntry>();
        foreach (var existing in _manifest.Segments)
        {
            if (!gone.Contains(existing.Number))
                entries.Add(existing);
            else if (existing.Number == sources[^1].Number && entry is not null)
                entries.Add(entry);
        }

        var manifest = _manifest with { Number = _nextManifest++, DurableLsn = _log.DurableLsn, Segments = entries };
        lock (_applyLock)
            manifest = manifest with { NextSegment = _nextSegment };

        WriteManifest(manifest);

        lock (_applyLock)
        {
            Volatile.Write(ref _manifest, manifest);
            if (target is not null)
            {
                merger.CarryOverDeletions(target);
                target.Sealed = entry;
                _segments[_segments.IndexOf(sources[^1])] = target;
            }

            _segments.RemoveAll(sources.Contains);
            PublishLocked();
        }

        foreach (var source in sources)
        {
            _obsolete.Add((source.Number, manifest.Number));
            source.Release();
        }

        Prune();
        _options.Log?.Invoke($"collection '{Name}': merged {sources.Count} segments into one of {target?.Points.Count ?? 0} rows");
    }

    /// <summary>Removes the files that no kept manifest names any more. Under _sealing.</summary>
    private void Prune()
    {
        try
        {
            RemoveUnnamedFiles();
        }
        catch (StorageException problem)
        {
            // What they held is elsewhere, durably. The next seal or start removes them.
            _options.Log?.Invoke($"collection '{Name}': old files could not be removed and will be later: {problem.Message}");
        }
    }

    private void RemoveUnnamedFiles()
    {
        _manifests.Prune(_manifest.Number);
        ulong oldestKept = _manifest.Number - Math.Min(_manifest.Number, ManifestStore.Kept - 1);
        foreach (var entry in _manifest.Segments)
            SegmentWriter.PruneDeletes(_fileSystem, SegmentsDirectory, entry, oldestKept);

        foreach (var (number, _) in _obsolete.Where(segment => segment.Manifest <= oldestKept))
        {
            string directory = $"{SegmentsDirectory}/{SegmentFormat.DirectoryName(number)}";
            if (_fileSystem.DirectoryExists(directory))
                _fileSystem.DeleteDirectory(directory);
        }

        _obsolete.RemoveAll(segment => segment.Manifest <= oldestKept);
    }
}
