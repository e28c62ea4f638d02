using VectorStore.Engine.Collections;
using VectorStore.Engine.Segments;

namespace VectorStore.Engine;

/// <remarks>
/// Merging, in an order that a crash at any point leaves the old segments or the new one: copy the rows alive now → build codes and graph → write the
/// files → make every deletion seen so far durable → manifest at the same log position as before → swap in memory, with what was deleted and changed
/// meanwhile. The old files go once no kept manifest names them.
/// </remarks>
public sealed partial class Collection
{
    // A segment is rewritten once more than this share of its rows is dead.
    private const double DeadShareMax = 0.2;

    // This many segments of one tier are merged by themselves. Each tier is as many times larger than the one below, the lowest a quarter of the sealing size.
    private const int SegmentsPerTier = 4;

    // Segments that the manifest no longer names, with the manifest that was the first without them. Guarded by _manifestWriting.
    private readonly List<(uint Number, ulong Manifest)> _obsolete = [];

    /// <summary>
    /// Merges sealed segments until there are as few as <see cref="DatabaseOptions.MergeUpToBytes"/> allows, rewrites those with many dead rows, and rebuilds those of another configuration than the collection has now; then makes the payload store
    /// anew where more than half of it is dead space.
    /// </summary>
    /// <remarks>
    /// One large segment is searched faster than several small ones. After sealing, merging runs by itself too, but only what pays in the long run: four segments of about the same size, or one of which
    /// more than a fifth is dead. Reads and writes go on throughout. Takes as long as building the graph of what is rewritten, and as much memory as its vectors. Works while the optimizer is paused, too, and takes all threads
    /// whatever <see cref="DatabaseOptions.OptimizerCpuShare"/> says.
    /// </remarks>
    /// <exception cref="StorageException">A file could not be written. Nothing is lost, and it may be tried again.</exception>
    /// <exception cref="CorruptDataException">A file of a segment that was to be copied is damaged. The segment stays as it is and is not merged again, the collection is red; called once more, the others are merged.</exception>
    public Task OptimizeAsync(CancellationToken cancellationToken = default) => RunAskedAsync(OptimizeAllAsync, cancellationToken);

    private async Task OptimizeAllAsync(OptimizerTerms terms)
    {
        await MergeAllAsync(PickSegmentsToOptimize, terms).ConfigureAwait(false);

        // What is rebuilt once is as the configuration asks for.
        while (await RebuildNextAsync(terms).ConfigureAwait(false))
            terms.Building.ThrowIfCancellationRequested();

        if (IsRenewalDue())
            await RenewPayloadsAsync(terms).ConfigureAwait(false);
    }

    private async Task MergeAllAsync(Func<List<Segment>> pick, OptimizerTerms terms)
    {
        ThrowIfNotWritable();
        await _sealing.WaitAsync(terms.Building).ConfigureAwait(false);
        try
        {
            while (pick() is { Count: > 0 } sources)
                await MergeAsync(OptimizerJobKind.Merge, sources, terms).ConfigureAwait(false);
        }
        finally
        {
            _sealing.Release();
        }
    }

    /// <summary>What is worth rewriting without being asked, oldest first; empty where nothing is.</summary>
    private List<Segment> PickSegmentsToMerge()
    {
        lock (_applyLock)
        {
            var candidates = _segments.FindAll(IsMergeableLocked);
            var tier = candidates
                .GroupBy(TierOf)
                .OrderBy(group => group.Key)
                .Select(group => Fitting(group, SegmentsPerTier))
                .FirstOrDefault(group => group.Count == SegmentsPerTier);
            return tier ?? OneOfDeadRows(candidates);
        }
    }

    private bool IsMergeableLocked(Segment segment) => segment.Sealed is not null && !_damagedSegments.Contains(segment.Number);

    /// <summary>What brings the collection nearer to as few segments as there can be, oldest first; empty where it is there.</summary>
    private List<Segment> PickSegmentsToOptimize()
    {
        lock (_applyLock)
        {
            var candidates = _segments.FindAll(IsMergeableLocked);
            var fitting = Fitting(candidates, int.MaxValue);
            return fitting.Count > 1 ? fitting : OneOfDeadRows(candidates);
        }
    }

    /// <summary>The smallest segments that together fit a merged one, in the order they are in.</summary>
    private List<Segment> Fitting(IEnumerable<Segment> segments, int countMax)
    {
        long room = Math.Max(1, _options.MergeUpToBytes / _schema.RowBytes);
        var chosen = new HashSet<Segment>();
        foreach (var segment in segments.OrderBy(LiveRows))
        {
            room -= LiveRows(segment);
            if (room < 0 || chosen.Count == countMax)
                break;

            chosen.Add(segment);
        }

        return _segments.FindAll(chosen.Contains);
    }

    private static List<Segment> OneOfDeadRows(List<Segment> segments) =>
        segments.Find(segment => segment.Points.DeadCount > segment.Points.Count * DeadShareMax) is { } dead ? [dead] : [];

    private static long LiveRows(Segment segment) => segment.Points.Count - (long)segment.Points.DeadCount;

    private int TierOf(Segment segment)
    {
        int tier = 0;
        for (double rows = SealAtRows / (double)SegmentsPerTier; LiveRows(segment) >= rows; rows *= SegmentsPerTier)
            tier++;

        return tier;
    }

    /// <summary>Writes the live rows of some segments anew, as one segment of the configuration that the collection has now.</summary>
    private async Task MergeAsync(OptimizerJobKind kind, List<Segment> sources, OptimizerTerms terms)
    {
        using var lease = Lease();
        var schema = _schema;
        ulong lsn = lease.View.Lsn;
        await RunJobAsync(kind, sources, terms, run => Merge(sources, lsn, schema, terms, run)).ConfigureAwait(false);
    }

    /// <summary>The work of a merge. Somebody holds a lease of a view of <paramref name="lsn"/> meanwhile.</summary>
    private void Merge(List<Segment> sources, ulong lsn, VectorSchema schema, OptimizerTerms terms, OptimizerRun run)
    {
        uint number;
        lock (_applyLock)
            number = _nextSegment++;

        var merger = new SegmentMerger(sources, lsn, (source, vector) => SegmentReader.OpenOriginals(_fileSystem, SegmentsDirectory, source, vector));
        var target = Build(terms, threads => BuildMerged(merger, number, schema, threads, run, terms.Building));
        try
        {
            run.Report(OptimizerPhase.Write, BuiltShare);
            var entry = WriteMerged(target, lsn, terms.Writing);
            lock (_manifestWriting)
                ReplaceLocked(sources, target, entry, merger);
        }
        catch
        {
            target?.Release();
            throw;
        }
    }

    /// <summary>The merged segment, indexed; null where no row is alive.</summary>
    private static Segment? BuildMerged(SegmentMerger merger, uint number, VectorSchema schema, int threads, OptimizerRun run, CancellationToken cancellationToken)
    {
        var copied = merger.CopyRows(number, schema, new BuildProgress(run.Report, 0, CopiedShare).In(OptimizerPhase.Copy), cancellationToken);
        try
        {
            return copied?.BuildSealed(schema, threads, new BuildProgress(run.Report, CopiedShare, BuiltShare), cancellationToken);
        }
        finally
        {
            copied?.Release();
        }
    }

    /// <summary>Writes the files of the merged segment, which nothing names yet.</summary>
    private SegmentEntry? WriteMerged(Segment? target, ulong lsn, CancellationToken cancellationToken)
    {
        if (target is null)
            return null;

        try
        {
            var entry = SegmentWriter.Write(_fileSystem, SegmentsDirectory, target, lsn, _payloads, cancellationToken);
            foreach (var parts in SegmentReader.OpenWritten(_fileSystem, SegmentsDirectory, entry, target))
                parts.Use();

            return entry;
        }
        catch (Exception problem) when (problem is VectorStoreException or OperationCanceledException)
        {
            // The next try takes another number, and a full disk would be filled once more by each.
            RemoveUnnamedSegment(target.Number);
            throw;
        }
    }

    private void RemoveUnnamedSegment(uint number)
    {
        string directory = $"{SegmentsDirectory}/{SegmentFormat.DirectoryName(number)}";
        try
        {
            foreach (string unnamed in (string[])[$"{directory}.tmp", directory])
            {
                if (_fileSystem.DirectoryExists(unnamed))
                    _fileSystem.DeleteDirectory(unnamed);
            }
        }
        catch (StorageException problem)
        {
            _options.Log?.Invoke($"collection '{Name}': files that nothing names could not be removed; the next start does: {problem.Message}");
        }
    }

    private void ReplaceLocked(List<Segment> sources, Segment? target, SegmentEntry? entry, SegmentMerger merger)
    {
        // Rows deleted after the manifest's position are not in the files, and payloads may be newer than it: both must be durable before a manifest names them.
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
        FollowManifest(() => UseMerged(manifest, sources, target, entry, merger));

        foreach (var source in sources)
        {
            _obsolete.Add((source.Number, manifest.Number));
            source.Release();
        }

        Prune();
        _options.Log?.Invoke($"collection '{Name}': wrote {sources.Count} segments anew as one of {target?.Points.Count ?? 0} rows");
    }

    private void UseMerged(Manifest manifest, List<Segment> sources, Segment? target, SegmentEntry? entry, SegmentMerger merger)
    {
        lock (_applyLock)
        {
            if (target is not null)
                merger.CarryOverChanges(target);

            Volatile.Write(ref _manifest, manifest);
            if (target is not null)
            {
                target.Sealed = entry;
                _segments[_segments.IndexOf(sources[^1])] = target;
            }

            _segments.RemoveAll(sources.Contains);
            PublishLocked();
        }
    }

    /// <summary>Removes the files that no kept manifest names any more, unless a snapshot is being made of them.</summary>
    private void Prune()
    {
        if (IsPinned())
            return;

        try
        {
            lock (_manifestWriting)
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
            SegmentWriter.PruneLaterFiles(_fileSystem, SegmentsDirectory, entry, oldestKept);

        foreach (var (number, _) in _obsolete.Where(segment => segment.Manifest <= oldestKept))
        {
            string directory = $"{SegmentsDirectory}/{SegmentFormat.DirectoryName(number)}";
            if (_fileSystem.DirectoryExists(directory))
                _fileSystem.DeleteDirectory(directory);
        }

        _obsolete.RemoveAll(segment => segment.Manifest <= oldestKept);
    }
}
