using System.Runtime.InteropServices;
using VectorStore.Engine.Collections;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Payloads;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine;

/// <remarks>
/// Applying a log record: the same code for a write that was just made durable and for one that is replayed. Records come in log order, one
/// at a time. The log is replayed from the manifest's position, so what is replayed is not contained in a sealed segment, but for changes of payloads where segments were merged since: those are
/// recognised by their log position.
/// </remarks>
public sealed partial class Collection
{
    void IWalConsumer.Replay(in WalRecord record)
    {
        lock (_applyLock)
        {
            ApplyLocked(record);
            _lastAppliedLsn = record.Lsn;

            // Nobody looks at older states yet.
            RemovePayloadsLocked();
        }
    }

    void IWalConsumer.Apply(ReadOnlySpan<WalRecord> batch)
    {
        lock (_applyLock)
        {
            // Should it fail half way, by a lack of managed memory: then the collection is red, and reads by id go by the view instead of the indexes.
            _isApplying = true;
            foreach (ref readonly var record in batch)
            {
                ApplyLocked(record);
                _lastAppliedLsn = record.Lsn;
            }

            PublishLocked();
            _isApplying = false;
            _rowsToCome = 0;

            // One too many, where the last segment was frozen meanwhile.
            ReleaseSparesLocked();
        }

        _pendingPayloads.Clear();
        _workers.Wake();
        SealInBackgroundIfDue();
    }

    private void ApplyLocked(in WalRecord record)
    {
        long changed = (WriteKind)record.Kind switch
        {
            WriteKind.Upsert => ApplyUpsertLocked(record),
            WriteKind.Delete => ApplyDeleteLocked(record),
            WriteKind.ChangePayloads => ApplyPayloadsLocked(record),
            _ => throw new CorruptDataException($"log record {record.Lsn}", 0, $"unknown kind {record.Kind}"),
        };

        if (record.State is WriteOutcome outcome)
            outcome.PointsChanged = changed;
    }

    private long ApplyUpsertLocked(in WalRecord record)
    {
        var reader = new UpsertReader(record.Body.Span, _schema, record.Lsn);
        var segment = GrowingSegmentLocked();
        while (reader.ReadPoint())
        {
            DeleteNewestLocked(reader.Id, record.Lsn);
            var offset = segment.Points.Append(PointRow.For(reader.Id, record.Lsn, reader.HasPayload));
            int next = 0;
            while (reader.ReadVector())
            {
                for (; next < reader.VectorNumber; next++)
                    segment.Growing[next].AppendMissing(offset);

                segment.Growing[next++].Append(offset, FloatsLocked(reader.VectorBytes));
            }

            for (; next < segment.Growing.Length; next++)
                segment.Growing[next].AppendMissing(offset);

            var payload = reader.ReadPayload();
            if (reader.HasPayload && record.Lsn > _payloadsThrough)
                _payloads.Put(new PayloadKey(reader.Id, record.Lsn), payload);

            _livePoints++;
        }

        return reader.PointCount;
    }

    private ReadOnlySpan<float> FloatsLocked(ReadOnlySpan<byte> bytes)
    {
        int count = bytes.Length / sizeof(float);
        if (_applyScratch.Length < count)
            _applyScratch = new float[count];

        var floats = _applyScratch.AsSpan(0, count);
        bytes.CopyTo(MemoryMarshal.AsBytes(floats));
        LittleEndian.ToNative(MemoryMarshal.Cast<float, uint>(floats));
        return floats;
    }

    private long ApplyDeleteLocked(in WalRecord record)
    {
        long deleted = 0;
        foreach (var id in DeleteRecord.Decode(record.Body.Span, record.Lsn))
        {
            if (DeleteNewestLocked(id, record.Lsn))
                deleted++;
        }

        return deleted;
    }

    /// <summary>Marks the live row of an id dead from <paramref name="lsn"/> on; false where there is none.</summary>
    private bool DeleteNewestLocked(PointId id, ulong lsn)
    {
        if (!TryFindLiveLocked(id, out var segment, out var offset))
            return false;

        segment.Points.MarkDeleted(offset, lsn);
        _livePoints--;
        var payload = segment.Points.NewestPayload(offset);
        if (payload.HasPayload)
            _payloadsToRemove.Enqueue(new ReplacedPayload(new PayloadKey(id, payload.Lsn), lsn, Points: null, offset, payload));

        return true;
    }

    private bool TryFindLiveLocked(PointId id, out Segment segment, out PointOffset offset)
    {
        // An id has at most one live row, and it is the newest: the first segment that knows the id, from the newest on, decides.
        for (int index = _segments.Count - 1; index >= 0; index--)
        {
            segment = _segments[index];
            if (segment.Points.TryFindNewest(id, out offset))
                return segment.Points.DeletedAt(offset) == 0;
        }

        segment = null!;
        offset = default;
        return false;
    }

    /// <summary>The segment that takes new rows; a fresh one where the last has reached its size.</summary>
    private Segment GrowingSegmentLocked()
    {
        if (_segments.Count > 0 && IsGrowing(_segments[^1]))
        {
            var last = _segments[^1];
            if (last.Points.Count < SealAtRows)
                return last;

            FreezeLocked(last);
        }

        var segment = _spareSegments.TryDequeue(out var spare) ? spare : NewGrowingSegmentLocked();
        _segments.Add(segment);
        return segment;
    }

    private Segment NewGrowingSegmentLocked()
    {
        var segment = Segment.CreateGrowing(_nextSegment, _schema, GrowingCapacity);
        _nextSegment++;
        return segment;
    }

    // Rows until sealing is due, and room for one more request, so that a request never straddles segments. Only addresses are reserved.
    private uint GrowingCapacity => (uint)Math.Min(SealAtRows + Limits.PointsPerRequestMax, int.MaxValue);

    private long SealAtRows => Math.Max(1, _options.SealAtBytes / _schema.RowBytes);
}
