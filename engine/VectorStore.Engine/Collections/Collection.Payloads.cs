using System.Buffers;
using VectorStore.Engine.Collections;
using VectorStore.Engine.Filtering;
using VectorStore.Engine.Payloads;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine;

/// <remarks>
/// Payloads change without their points: rows, vectors and indexes stay as they are, and a row remembers beside it which payload version it has. A record of the log holds what each payload is
/// afterwards, so replaying needs nothing that was before. It is worked out on the caller's thread, and checked, where need be worked out anew, by the log's thread when the record's turn has come.
/// </remarks>
public sealed partial class Collection
{
    private const uint RowsPerCancellationCheck = 1024;

    // The log's thread only.
    private readonly PendingPayloads _pendingPayloads = new();

    /// <summary>Changes the payloads of points by id: of all that exist or, on any error, of none. Their vectors are neither read nor written.</summary>
    /// <param name="ids">1 to 100,000 ids; repeated ones count once. Those that do not exist are passed over and counted.</param>
    /// <param name="change">What is done to each payload.</param>
    /// <param name="cancellationToken">As for <see cref="UpsertAsync"/>.</param>
    /// <remarks>
    /// Changes of one point that come at the same time are done one after the other: none is lost. What is written to the log are the whole payloads, each once where several points get the same,
    /// together at most 32 MiB.
    /// </remarks>
    /// <exception cref="InvalidRequestException">No ids, or too many; or a payload would be beyond its limits.</exception>
    /// <exception cref="StorageException">The disk is full; nothing was applied, the call may be repeated.</exception>
    /// <exception cref="DatabaseStateException">The collection is red or closed. If the log failed during this very call, whether the write
    /// survives is known only after reopening.</exception>
    public Task<WriteResult> UpdatePayloadAsync(IReadOnlyList<PointId> ids, PayloadChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(change);
        return UpdatePayloadsAsync(() => DistinctIds(ids), change, cancellationToken);
    }

    /// <summary>Changes the payloads of all points that a filter lets pass: of all of them or, on any error, of none.</summary>
    /// <param name="filter">Asked once, as of one log position before the write: a point that another write makes pass meanwhile is not changed, and one that it makes fail is. At most 100,000 points may pass.</param>
    /// <param name="change">What is done to each payload.</param>
    /// <param name="cancellationToken">Checked now and then while filtering; then as for <see cref="UpsertAsync"/>.</param>
    /// <remarks>As for changing by id.</remarks>
    /// <exception cref="InvalidRequestException">More than 100,000 points pass, or a payload would be beyond its limits.</exception>
    /// <exception cref="StorageException">The disk is full; nothing was applied, the call may be repeated.</exception>
    /// <exception cref="DatabaseStateException">The collection is red or closed.</exception>
    public Task<WriteResult> UpdatePayloadAsync(Filter filter, PayloadChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(change);
        return UpdatePayloadsAsync(() => MatchingIds(CompiledFilter.Compile(filter), cancellationToken), change, cancellationToken);
    }

    private async Task<WriteResult> UpdatePayloadsAsync(Func<IReadOnlyList<PointId>> select, PayloadChange change, CancellationToken cancellationToken)
    {
        ThrowIfNotWritable();
        _space?.ThrowIfBelowFloor();
        var ids = select();
        var update = new PayloadUpdate(change, ids, SettlePayloads);
        ulong seen = PreparePayloads(update, cancellationToken);
        if (!update.Exists.Contains(true))
            return new WriteResult(seen, 0, ids.Count);

        update.Encode();
        var outcome = new WriteOutcome();
        ulong lsn = await _log.AppendAsync((ushort)WriteKind.ChangePayloads, update, outcome, cancellationToken).ConfigureAwait(false);
        return new WriteResult(lsn, outcome.PointsChanged, ids.Count - outcome.PointsChanged);
    }

    private static PointId[] DistinctIds(IReadOnlyList<PointId> ids)
    {
        Limits.CheckCount(ids.Count, Limits.IdsPerRequestMax, "ids");
        return ids.Count == 1 ? [ids[0]] : ids.Distinct().ToArray();
    }

    private List<PointId> MatchingIds(CompiledFilter filter, CancellationToken cancellationToken)
    {
        var ids = new List<PointId>();
        using var lease = Lease();
        foreach (var (segment, rowCount) in lease.View.Segments)
        {
            for (uint row = 0; row < rowCount; row++)
            {
                if (row % RowsPerCancellationCheck == 0)
                    cancellationToken.ThrowIfCancellationRequested();

                var offset = new PointOffset(row);
                if (!segment.Points.IsVisible(offset, lease.View.Lsn) || !Matches(filter, segment, offset, lease.View.Lsn, s_filterBuffer.Value!))
                    continue;

                if (ids.Count == Limits.IdsPerRequestMax)
                {
                    throw new InvalidRequestException(
                        ErrorReason.OutOfRange, "filter", $"filter: expected at most {Limits.IdsPerRequestMax} points to pass, got at least {Limits.IdsPerRequestMax + 1}; narrow it");
                }

                ids.Add(segment.Points.Row(offset).Id);
            }
        }

        return ids;
    }

    /// <summary>Works out what becomes of each payload as things are now. Returns the log position that this is of.</summary>
    private ulong PreparePayloads(PayloadUpdate update, CancellationToken cancellationToken)
    {
        ViewLease lease;
        var found = new (int Index, PayloadVersion Version)[update.Ids.Count];
        int count = 0;

        // Under the lock the indexes and the newest view agree.
        lock (_applyLock)
        {
            lease = Lease();
            for (int index = 0; index < update.Ids.Count; index++)
            {
                if (TryFindLiveLocked(update.Ids[index], out var segment, out var offset))
                    found[count++] = (index, segment.Points.NewestPayload(offset));
            }
        }

        using (lease)
        {
            foreach (var (index, version) in found.AsSpan(0, count))
            {
                cancellationToken.ThrowIfCancellationRequested();
                update.Resolve(index, version, BeforeChange(update, index, version));
            }

            return lease.View.Lsn;
        }
    }

    /// <summary>Called by the log's thread when the record's turn has come. What was prepared and still holds is kept.</summary>
    private ReadOnlyMemory<byte> SettlePayloads(PayloadUpdate update, IReadOnlyList<WalAppend> ahead)
    {
        _pendingPayloads.Follow(ahead, _schema);
        List<(int Index, PayloadVersion Version)>? stale = null;
        lock (_applyLock)
        {
            for (int index = 0; index < update.Ids.Count; index++)
            {
                var id = update.Ids[index];
                if (_pendingPayloads.TryGet(id, out var pending))
                {
                    if (pending.Exists)
                        update.Resolve(index, basis: null, pending.Json);
                    else
                        update.ResolveMissing(index, isApplied: false);
                }
                else if (!TryFindLiveLocked(id, out var segment, out var offset))
                {
                    update.ResolveMissing(index, isApplied: true);
                }
                else if (segment.Points.NewestPayload(offset) is var version && update.Bases[index] != version)
                {
                    (stale ??= []).Add((index, version));
                }
            }
        }

        // Nobody removes a newest version but this thread.
        foreach (var (index, version) in stale ?? [])
            update.Resolve(index, version, BeforeChange(update, index, version));

        return update.Encode();
    }

    private ReadOnlyMemory<byte>? BeforeChange(PayloadUpdate update, int index, PayloadVersion version)
    {
        if (!version.HasPayload || !update.Change.NeedsBefore)
            return null;

        var json = new ArrayBufferWriter<byte>();
        ReadPayload(update.Ids[index], version, json);
        return json.WrittenMemory;
    }

    private long ApplyPayloadsLocked(in WalRecord record)
    {
        long changed = 0;
        foreach (var (id, json) in PayloadRecord.Decode(record.Body, record.Lsn))
        {
            if (!TryFindLiveLocked(id, out var segment, out var offset))
                continue;

            // Replayed: a segment that was merged after this write has the payload it made, or a later one.
            var before = segment.Points.NewestPayload(offset);
            if (before.Lsn > record.Lsn)
                continue;

            if (json is { } payload && record.Lsn > _payloadsThrough)
                _payloads.Put(new PayloadKey(id, record.Lsn), payload.Span);

            if (before.Lsn == record.Lsn)
                continue;

            segment.Points.ChangePayload(offset, new PayloadVersion(record.Lsn, json is not null));
            _payloadsToRemove.Enqueue(new ReplacedPayload(before.HasPayload ? new PayloadKey(id, before.Lsn) : null, record.Lsn, segment.Points, offset, before));
            changed++;
        }

        return changed;
    }
}
