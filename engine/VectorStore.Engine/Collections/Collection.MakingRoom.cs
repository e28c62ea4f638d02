using VectorStore.Engine.Collections;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine;

/// <remarks>
/// Memory for a write is taken before the write goes into the log, while it can still be refused: rows, index entries, deletion marks, payload versions, and the segments that it begins. Once it is durable it has to be applied, and only a lack of
/// managed memory can be in the way then, which turns the collection red.
/// </remarks>
public sealed partial class Collection
{
    // Made for rows that are on their way, and taken in this order. Empty but between making room and applying. Guarded by _applyLock.
    private readonly Queue<Segment> _spareSegments = new();

    // Ids that the batch writes; the log's thread only.
    private readonly HashSet<PointId> _idsToCome = [];

    // Rows of the batch that room was made for, 0 between two batches. Guarded by _applyLock.
    private long _rowsToCome;

    // True from the first change of a batch to the last; stays true where one failed. Guarded by _applyLock.
    private bool _isApplying;

    void IWalConsumer.MakeRoom(IReadOnlyList<WalAppend> batch)
    {
        long rows = 0;
        foreach (var append in batch)
        {
            if ((WriteKind)append.Kind == WriteKind.Upsert)
                rows += new UpsertReader(append.Body.Span, _schema, lsn: 0).PointCount;
        }

        lock (_applyLock)
        {
            _rowsToCome = rows;
            MakeRoomForRowsLocked(batch, rows);

            // What one record of a batch writes, a later one may replace, delete or change.
            _idsToCome.Clear();
            foreach (var append in batch)
                MakeRoomForMarksLocked(append, remembersIds: batch.Count > 1);
        }
    }

    void IWalConsumer.Abandon()
    {
        lock (_applyLock)
        {
            _rowsToCome = 0;
            ReleaseSparesLocked();
        }

        _pendingPayloads.Clear();
    }

    /// <summary>Goes through the segments that the rows will go into, as <see cref="GrowingSegmentLocked"/> will.</summary>
    private void MakeRoomForRowsLocked(IReadOnlyList<WalAppend> batch, long rows)
    {
        if (rows == 0)
            return;

        var growing = _segments.Count > 0 && IsGrowing(_segments[^1]) ? _segments[^1] : null;
        growing?.MakeRoom(rows);
        long count = growing?.Points.Count ?? SealAtRows;
        foreach (var append in batch)
        {
            if ((WriteKind)append.Kind != WriteKind.Upsert)
                continue;

            if (count >= SealAtRows)
            {
                AddSpareLocked(rows);
                count = 0;
            }

            count += new UpsertReader(append.Body.Span, _schema, lsn: 0).PointCount;
        }
    }

    private void AddSpareLocked(long rows)
    {
        var spare = NewGrowingSegmentLocked();
        try
        {
            spare.MakeRoom(rows);
            _spareSegments.Enqueue(spare);
        }
        catch
        {
            spare.Release();
            throw;
        }
    }

    private void ReleaseSparesLocked()
    {
        while (_spareSegments.TryDequeue(out var spare))
            spare.Release();
    }

    private void MakeRoomForMarksLocked(WalAppend append, bool remembersIds)
    {
        switch ((WriteKind)append.Kind)
        {
            case WriteKind.Upsert:
                var reader = new UpsertReader(append.Body.Span, _schema, lsn: 0);
                while (reader.ReadPoint())
                {
                    while (reader.ReadVector())
                    {
                        // Room for them is made by rows.
                    }

                    reader.ReadPayload();
                    MakeRoomForMarkLocked(reader.Id);
                    if (remembersIds)
                        _idsToCome.Add(reader.Id);
                }

                break;
            case WriteKind.Delete:
                foreach (var id in DeleteRecord.Decode(append.Body.Span, lsn: 0))
                    MakeRoomForMarkLocked(id);

                break;
            case WriteKind.ChangePayloads:
                foreach (var (id, _) in PayloadRecord.Decode(append.Body, lsn: 0))
                {
                    if (TryFindLiveLocked(id, out var segment, out _))
                        segment.Points.MakeRoomForPayloads(RowsToComeIn(segment));
                    if (_idsToCome.Contains(id))
                        ForSegmentsToComeLocked(target => target.Points.MakeRoomForPayloads(RowsToComeIn(target)));
                }

                break;
        }
    }

    private void MakeRoomForMarkLocked(PointId id)
    {
        if (TryFindLiveLocked(id, out var segment, out _))
            segment.Points.MakeRoomForMarks(RowsToComeIn(segment));
        if (_idsToCome.Contains(id))
            ForSegmentsToComeLocked(target => target.Points.MakeRoomForMarks(RowsToComeIn(target)));
    }

    private void ForSegmentsToComeLocked(Action<Segment> act)
    {
        if (_segments.Count > 0 && IsGrowing(_segments[^1]))
            act(_segments[^1]);

        foreach (var spare in _spareSegments)
            act(spare);
    }

    // A segment that takes no more rows is as large as it is.
    private long RowsToComeIn(Segment segment) => segment.Sealed is null && !segment.IsFrozen ? Math.Min(_rowsToCome, segment.Capacity - segment.Points.Count) : 0;
}
