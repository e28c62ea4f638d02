using VectorStore.Engine.Collections;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Payloads;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Threads;

namespace VectorStore.Engine;

/// <remarks>
/// The payload store only appends, so payloads that were changed or deleted leave dead space in it. Where that is more than half, a new store is made beside it, in an order that a crash at any point leaves the old one
/// with the manifest that names it, or the new one with its own: from now on put everything into both → copy what is alive, and what older views may ask for → checkpoint the new store → make the log durable →
/// manifest → only then put it in the place of the old one, and remove that. Reads and writes go on throughout.
/// </remarks>
public sealed partial class Collection
{
    // What is left after copying is making it durable and writing the manifest.
    private const double PayloadsCopiedShare = 0.9;

    // A batch is read without the lock and put under it, so it is what a write may have to wait for.
    private const int RenewalBatchBytes = 256 * 1024;
    private const uint RenewalBatchRows = 1024;

    // So much may be on its way to the disk when the checkpoint is made, for which writes wait.
    private const long RenewalSyncBytes = 16L << 20;

    private static readonly TimeSpan s_renewalRestMax = TimeSpan.FromMilliseconds(200);

    // Of the directory that the payload store is in. Changes under _sealing and _applyLock.
    private volatile string _payloadsName;

    // Replaced payload versions up to here are gone. Guarded by _applyLock.
    private ulong _payloadsRemovedThrough;

    private long _renewalFailedAt;

    /// <summary>More than half of a large payload log is dead space, and it was not tried in vain just now. One that is damaged is not read whole: that could only stop it.</summary>
    private bool IsRenewalDue()
    {
        long log = _payloads.LogBytes;
        if (log < _options.PayloadLogBytesWorthRenewing || _payloads.LiveBytes > log / 2 || _damagedPayloads == $"{_directory}/{_payloadsName}")
            return false;

        long failedAt = Volatile.Read(ref _renewalFailedAt);
        return failedAt == 0 || _options.TimeProvider.GetElapsedTime(failedAt) >= s_sealRetryAfter;
    }

    /// <summary>By itself. What goes wrong costs nothing but space, for now.</summary>
    private async Task RenewPayloadsIfDueAsync(OptimizerTerms terms)
    {
        if (!IsRenewalDue())
            return;

        try
        {
            await RenewPayloadsAsync(terms).ConfigureAwait(false);
            Volatile.Write(ref _renewalFailedAt, 0);
        }
        catch (VectorStoreException problem) when (problem is not DatabaseStateException)
        {
            Volatile.Write(ref _renewalFailedAt, _options.TimeProvider.GetTimestamp());
            _options.Log?.Invoke($"collection '{Name}': the payload store was not made anew and will be later: {problem.Message}");
        }
    }

    /// <summary>Makes the payload store anew, however much of it is dead space. Does nothing where payloads are kept in memory.</summary>
    /// <exception cref="StorageException">There is no room, or a file could not be written. The old store serves on, and it may be tried again.</exception>
    internal Task RenewPayloadsAsync(CancellationToken cancellationToken = default) => RunAskedAsync(RenewPayloadsAsync, cancellationToken);

    private async Task RenewPayloadsAsync(OptimizerTerms terms)
    {
        ThrowIfNotWritable();
        if (_options.PayloadStore == PayloadStoreKind.Memory)
            return;

        await _sealing.WaitAsync(terms.Building).ConfigureAwait(false);
        try
        {
            await RunJobAsync(OptimizerJobKind.Renew, [], Volatile.Read(ref _livePoints), terms, run => RenewPayloads(run, terms)).ConfigureAwait(false);
        }
        finally
        {
            _sealing.Release();
        }
    }

    private void RenewPayloads(OptimizerRun run, OptimizerTerms terms)
    {
        string old = _payloadsName;
        string name = PayloadDirectories.OtherThan(old);
        long before = _payloads.LogBytes;
        try
        {
            var (begun, segments) = BeginRenewal(name);
            CopyPayloads(begun, segments, run, terms);
            CopyReplacedPayloads(begun, terms.Building);
            run.Report(OptimizerPhase.Write, PayloadsCopiedShare);
            NameNewPayloads(name).Dispose();
        }
        finally
        {
            AbandonRenewal(name);
        }

        RemovePayloadDirectory(old);
        Prune();
        _options.Log?.Invoke($"collection '{Name}': the payload store was made anew: {_payloads.LogBytes} bytes of log, {before} before");
    }

    /// <summary>Returns the log position after which everything is put into both stores, and what there is up to there. The segments stay as they are: one job at a time.</summary>
    private (ulong Begun, SegmentView[] Segments) BeginRenewal(string name)
    {
        ThrowIfNoRoomFor(_payloads.LiveBytes);
        var next = ProviderOf(_options, _fileSystem).Create($"{_directory}/{name}", Math.Max(PayloadsExpectedMin, Volatile.Read(ref _livePoints)));
        lock (_applyLock)
        {
            _payloads.BeginRenewal(next);
            return (_lastAppliedLsn, [.. _segments.Select(segment => new SegmentView(segment, segment.Points.Count))]);
        }
    }

    private void CopyPayloads(ulong begun, SegmentView[] segments, OptimizerRun run, OptimizerTerms terms)
    {
        using var taken = terms.IsAsked ? null : _cpuBudget.Enter();
        var pace = new DutyCycle(TimeProvider.System, () => LinuxThreads.ProcessorTime);
        var batch = new PayloadBatch();
        long rows = segments.Sum(view => (long)view.RowCount), rowsDone = 0, bytes = 0, bytesSynced = 0;
        foreach (var view in segments)
        {
            for (uint row = 0; row < view.RowCount;)
            {
                uint end = ReadBatch(view, row, begun, batch);
                CopyBatch(view.Segment.Points, batch);
                bytes += batch.Bytes;
                rowsDone += end - row;
                row = end;
                run.Report(OptimizerPhase.Copy, PayloadsCopiedShare * rowsDone / rows);
                if (bytes - bytesSynced >= RenewalSyncBytes)
                {
                    _payloads.SyncNextAhead();
                    bytesSynced = bytes;
                    ThrowIfNoRoomFor(RenewalSyncBytes);
                }

                RestIfDue(pace, terms);
            }
        }
    }

    /// <summary>Reads what a few rows have for payloads, as far as that is from before the renewal. Returns the row to go on with.</summary>
    private uint ReadBatch(SegmentView view, uint first, ulong begun, PayloadBatch batch)
    {
        batch.Clear();

        // A lease of its own: what is changed during the renewal may go during the renewal.
        using var lease = Lease();
        var points = view.Segment.Points;
        uint end = Math.Min(view.RowCount, first + RenewalBatchRows);
        uint row = first;
        for (; row < end && batch.Bytes < RenewalBatchBytes; row++)
        {
            var offset = new PointOffset(row);
            if (!points.IsVisible(offset, lease.View.Lsn) || points.PayloadAt(offset, lease.View.Lsn) is not { HasPayload: true } version || version.Lsn > begun)
                continue;

            var id = points.Row(offset).Id;
            ReadPayload(id, version, batch.Json);
            batch.Add(offset, version, new PayloadKey(id, version.Lsn));
        }

        return row;
    }

    private void CopyBatch(PointTable points, PayloadBatch batch)
    {
        lock (_applyLock)
        {
            // What was replaced meanwhile is copied later, where somebody still may ask for it.
            foreach (var (offset, version, key, json) in batch.Entries)
            {
                if (points.DeletedAt(offset) == 0 && points.NewestPayload(offset) == version)
                    _payloads.Copy(key, batch.Json.WrittenSpan[json]);
            }
        }
    }

    /// <summary>Copies what only older views show, which somebody looks at.</summary>
    private void CopyReplacedPayloads(ulong begun, CancellationToken cancellationToken)
    {
        List<(PayloadKey Key, ulong Lsn)> replaced = [];
        lock (_applyLock)
        {
            RemovePayloadsLocked();
            foreach (var version in _payloadsToRemove)
            {
                if (version.Key is { } key && key.Lsn <= begun)
                    replaced.Add((key, version.Lsn));
            }
        }

        var json = new System.Buffers.ArrayBufferWriter<byte>();
        foreach (var (key, lsn) in replaced)
        {
            cancellationToken.ThrowIfCancellationRequested();
            json.ResetWrittenCount();

            if (_payloads.IsCopied(key))
                continue;

            bool found = _payloads.TryGet(key, json);
            lock (_applyLock)
            {
                // Nobody looks at it any more.
                if (lsn <= _payloadsRemovedThrough)
                    continue;
                if (!found)
                    throw PayloadMissing(key.Id, key.Lsn);

                _payloads.Copy(key, json.WrittenSpan);
            }
        }
    }

    /// <summary>Makes the new store the one that counts, on disk and then in memory. Returns the old one.</summary>
    private IPayloadStore NameNewPayloads(string name)
    {
        _payloads.SyncNextAhead();
        lock (_manifestWriting)
            return NameNewPayloadsLocked(name);
    }

    private IPayloadStore NameNewPayloadsLocked(string name)
    {
        Manifest manifest;
        lock (_applyLock)
            manifest = _manifest with { Number = _nextManifest++, NextSegment = _nextSegment, Payloads = _payloads.CheckpointNext(_lastAppliedLsn) };

        // The new store lacks what was replaced before its checkpoint: the writes that did may not be lost.
        _log.EnsureDurable();
        manifest = manifest with { DurableLsn = _log.DurableLsn };
        WriteManifest(manifest);
        lock (_applyLock)
        {
            Volatile.Write(ref _manifest, manifest);
            var old = _payloads.FinishRenewal();
            _payloadsName = name;
            _payloads.Release(manifest.Payloads);
            return old;
        }
    }

    /// <summary>After a renewal that came to its end there is nothing to do.</summary>
    private void AbandonRenewal(string name)
    {
        IPayloadStore? abandoned;
        lock (_applyLock)
            abandoned = _payloads.AbandonRenewal();

        abandoned?.Dispose();

        // Where the manifest on disk may name it, the next opening knows what to do with it.
        if (_payloadsName != name && _problem is null && PayloadDirectories.NameOf(_fileSystem, _directory, _manifest.Payloads) != name)
            RemovePayloadDirectory(name);
    }

    private void RemovePayloadDirectory(string name)
    {
        try
        {
            PayloadDirectories.Remove(_fileSystem, _directory, name);
        }
        catch (StorageException problem)
        {
            _options.Log?.Invoke($"collection '{Name}': {name} is of no use, but could not be removed and will be at the next start: {problem.Message}");
        }
    }

    /// <summary>A disk that the new store would fill could stop the old one.</summary>
    private void ThrowIfNoRoomFor(long bytes)
    {
        long free = _fileSystem.FreeBytes(_directory);
        if (free < bytes + _options.FreeSpaceFloorBytes)
        {
            throw new StorageException(
                "write", _directory, StorageException.ErrnoNoSpace, $"a new payload store needs {bytes} bytes above the floor of {_options.FreeSpaceFloorBytes}, {free} are free");
        }
    }

    /// <summary>A safe point: stops where that was asked for, and rests where the optimizer has a share of the processors only.</summary>
    private void RestIfDue(DutyCycle pace, OptimizerTerms terms)
    {
        terms.Building.ThrowIfCancellationRequested();
        while (!terms.IsAsked && Volatile.Read(ref _asked) == 0 && _cpuBudget.Duty < 1)
        {
            var rest = pace.RestDue(_cpuBudget.Duty);
            if (rest == TimeSpan.Zero)
                return;

            terms.Building.WaitHandle.WaitOne(rest < s_renewalRestMax ? rest : s_renewalRestMax);
            terms.Building.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Payloads of a few rows, one after the other.</summary>
    private sealed class PayloadBatch
    {
        private readonly List<(PointOffset Offset, PayloadVersion Version, PayloadKey Key, Range Json)> _entries = [];

        public System.Buffers.ArrayBufferWriter<byte> Json { get; } = new();

        public int Bytes => Json.WrittenCount;

        public IReadOnlyList<(PointOffset Offset, PayloadVersion Version, PayloadKey Key, Range Json)> Entries => _entries;

        /// <summary>What was written last is the payload of this row.</summary>
        public void Add(PointOffset offset, PayloadVersion version, PayloadKey key)
        {
            int start = _entries.Count == 0 ? 0 : _entries[^1].Json.End.Value;
            _entries.Add((offset, version, key, start..Json.WrittenCount));
        }

        public void Clear()
        {
            _entries.Clear();
            Json.ResetWrittenCount();
        }
    }
}
