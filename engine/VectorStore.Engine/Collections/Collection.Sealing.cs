using VectorStore.Engine.Collections;
using VectorStore.Engine.Segments;

namespace VectorStore.Engine;

/// <remarks>
/// Sealing, in an order that a crash at any point leaves either the old manifest with its log or the new one with its files:
/// freeze at a log position L → build codes and graph → write the segment's files → write what is dead and what was changed at L in the other segments → checkpoint the
/// payload store (at or after L) → manifest → only then put the sealed segment in the place of the frozen one, shorten the log through L and remove what
/// the kept manifests no longer name. Reads and writes go on throughout: the frozen segment is searched as it stands, and the two share their rows'
/// deletion marks.
/// </remarks>
public sealed partial class Collection
{
    private static readonly TimeSpan s_sealRetryAfter = TimeSpan.FromSeconds(10);

    // Frozen and not sealed yet, oldest first. Guarded by _applyLock.
    private readonly List<FrozenSegment> _frozen = [];

    private int _sealScheduled;
    private long _sealFailedAt;
    private ulong _nextManifest;

    /// <summary>Seals the growing segment into checksummed files, with codes and a graph, so that reopening loads instead of replaying; then shortens the log.</summary>
    /// <remarks>
    /// Waits for the graph to be built, by <see cref="DatabaseOptions.IndexThreads"/> threads, whatever <see cref="DatabaseOptions.OptimizerCpuShare"/> says, and while the optimizer is paused too.
    /// Runs by itself once the segment has reached <see cref="DatabaseOptions.SealAtBytes"/>.
    /// </remarks>
    /// <exception cref="StorageException">A file could not be written. Nothing is lost: the log still has everything, and sealing may be tried again.</exception>
    public Task SealAsync(CancellationToken cancellationToken = default) => RunAskedAsync(SealAllAsync, cancellationToken);

    private async Task SealAllAsync(OptimizerTerms terms)
    {
        ThrowIfNotWritable();
        await _sealing.WaitAsync(terms.Building).ConfigureAwait(false);
        try
        {
            lock (_applyLock)
            {
                if (_segments.Count > 0 && IsGrowing(_segments[^1]) && _segments[^1].Points.Count > 0)
                    FreezeLocked(_segments[^1]);
            }

            await SealFrozenAsync(terms).ConfigureAwait(false);
        }
        finally
        {
            _sealing.Release();
        }
    }

    private bool IsGrowing(Segment segment) => segment.Sealed is null && !_frozen.Exists(frozen => frozen.Segment == segment);

    private void FreezeLocked(Segment segment)
    {
        // The log's thread may have made room in it for rows that are on their way, and are to find as much in the next one.
        if (_rowsToCome > 0 && !_isApplying)
            AddSpareLocked(_rowsToCome);

        segment.IsFrozen = true;
        _frozen.Add(new FrozenSegment(segment, _lastAppliedLsn));
    }

    private async Task SealFrozenAsync(OptimizerTerms terms)
    {
        try
        {
            SetFrozen(true);
            while (true)
            {
                FrozenSegment? next;
                ulong lsn;
                lock (_applyLock)
                {
                    next = _frozen.Count > 0 ? _frozen[0] : null;

                    // With no rows outside sealed segments but its own, everything applied so far can be sealed with it.
                    bool last = _frozen.Count <= 1 && (_segments.Count == 0 || !IsGrowing(_segments[^1]) || _segments[^1].Points.Count == 0);
                    lsn = last || next is null ? _lastAppliedLsn : next.Lsn;
                    if (next is null && (lsn == _manifest.Lsn || !last))
                        return;
                }

                if (next is null)
                    await Task.Run(() => Seal(frozen: null, lsn, terms.Writing), terms.Building).ConfigureAwait(false);
                else
                    await RunJobAsync(OptimizerJobKind.Seal, [next.Segment], terms, run => BuildAndSeal(next, lsn, terms, run)).ConfigureAwait(false);
            }
        }
        catch
        {
            // Until somebody tries again, the growing graphs are all that searches have, and grow on.
            SetFrozen(false);
            throw;
        }
    }

    private void SetFrozen(bool isFrozen)
    {
        lock (_applyLock)
            _frozen.ForEach(frozen => frozen.Segment.IsFrozen = isFrozen);
    }

    private void BuildAndSeal(FrozenSegment frozen, ulong lsn, OptimizerTerms terms, OptimizerRun run)
    {
        // Built once: where writing fails, that is all that is tried again.
        var schema = _schema;
        frozen.Successor ??= Build(terms, threads => frozen.Segment.BuildSealed(schema, threads, new BuildProgress(run.Report, 0, BuiltShare), terms.Building));
        run.Report(OptimizerPhase.Write, BuiltShare);
        Seal(frozen, lsn, terms.Writing);
    }

    private void Seal(FrozenSegment? frozen, ulong lsn, CancellationToken cancellationToken)
    {
        lock (_manifestWriting)
            SealLocked(frozen, lsn, cancellationToken);
    }

    private void SealLocked(FrozenSegment? frozen, ulong lsn, CancellationToken cancellationToken)
    {
        // A number is used once: after a failed sync nobody knows whether CURRENT names it.
        ulong number = _nextManifest++;
        IReadOnlyList<WrittenParts> written = [];
        try
        {
            SealLocked(frozen, lsn, number, ref written, cancellationToken);
        }
        finally
        {
            foreach (var parts in written)
                parts.Dispose();
        }
    }

    private void SealLocked(FrozenSegment? frozen, ulong lsn, ulong number, ref IReadOnlyList<WrittenParts> written, CancellationToken cancellationToken)
    {
        var sealedSegments = new List<(Segment Segment, SegmentEntry Entry)>();
        List<Segment> before;
        lock (_applyLock)
            before = [.. _segments.Where(segment => segment.Sealed is not null)];

        foreach (var segment in before)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var entry = SegmentWriter.WriteDeletes(_fileSystem, SegmentsDirectory, segment.Sealed!, segment.Points, lsn, number);
            sealedSegments.Add((segment, PayloadChangeFiles.Write(_fileSystem, SegmentsDirectory, entry, segment.Points, lsn, number, _payloads, cancellationToken)));
        }

        if (frozen is not null)
        {
            var successor = frozen.Successor!;
            var entry = SegmentWriter.Write(_fileSystem, SegmentsDirectory, successor, lsn, _payloads, cancellationToken);
            written = SegmentReader.OpenWritten(_fileSystem, SegmentsDirectory, entry, successor);
            sealedSegments.Add((successor, SegmentWriter.WriteDeletes(_fileSystem, SegmentsDirectory, entry, successor.Points, lsn, number)));
        }

        Manifest manifest;
        lock (_applyLock)
        {
            manifest = _manifest with
            {
                Number = number,
                Lsn = lsn,
                NextSegment = _nextSegment,
                Segments = [.. sealedSegments.Select(segment => segment.Entry)],
                Payloads = _payloads.Checkpoint(_lastAppliedLsn),
            };
        }

        // A row deleted or changed after this position may have lost its payload already, and then has none in the files, nor in the checkpoint: that write must be durable before a manifest names them.
        _log.EnsureDurable();
        manifest = manifest with { DurableLsn = _log.DurableLsn };
        WriteManifest(manifest);
        var parts = written;
        FollowManifest(() => UseSealed(manifest, sealedSegments, frozen, parts));

        // Memory of the frozen segment that its successor does not share goes when the last reader has let go of it.
        frozen?.Segment.Release();

        TruncateLog(lsn);
        Prune();
        _options.Log?.Invoke($"collection '{Name}': sealed through log position {lsn}, {sealedSegments.Count} sealed segments");
    }

    private void UseSealed(Manifest manifest, List<(Segment Segment, SegmentEntry Entry)> sealedSegments, FrozenSegment? frozen, IReadOnlyList<WrittenParts> written)
    {
        foreach (var parts in written)
            parts.Use();

        lock (_applyLock)
        {
            Volatile.Write(ref _manifest, manifest);
            foreach (var (segment, entry) in sealedSegments)
                segment.Sealed = entry;

            _payloads.Release(manifest.Payloads);
            if (frozen is not null)
            {
                _frozen.Remove(frozen);
                _segments[_segments.IndexOf(frozen.Segment)] = frozen.Successor!;
                PublishLocked();
            }
        }
    }

    /// <summary>Does in memory what a manifest says that was just written. Where there is no memory for it, the two are not of one mind any more: the collection takes no writes, and is not sealed or merged, until it is opened by that manifest.</summary>
    private void FollowManifest(Action follow)
    {
        try
        {
            follow();
        }
        catch (Exception problem) when (problem is MemoryExhaustedException or OutOfMemoryException)
        {
            var cause = problem as MemoryExhaustedException ?? new MemoryExhaustedException("a new manifest could not be followed", (OutOfMemoryException)problem);
            TurnRed(cause);
            throw cause;
        }
    }

    /// <summary>Removes log files that a manifest has made useless, unless a snapshot is reading them. Under _sealing.</summary>
    private void TruncateLog(ulong lsn)
    {
        if (!IsPinned())
            _log.TruncateThrough(lsn);
    }

    private void WriteManifest(Manifest manifest)
    {
        try
        {
            _manifests.Write(manifest);
        }
        catch (DatabaseStateException unknown)
        {
            // Another try would remove files that the manifest on disk may name.
            TurnRed(unknown);
            throw;
        }
    }

    /// <summary>A segment that takes no rows any more, on its way to its files.</summary>
    private sealed class FrozenSegment(Segment segment, ulong lsn)
    {
        public Segment Segment => segment;

        /// <summary>Log position when it was frozen.</summary>
        public ulong Lsn => lsn;

        /// <summary>What takes its place once a manifest names the files; null until it is built. One at a time, under _sealing.</summary>
        public Segment? Successor { get; set; }
    }
}
