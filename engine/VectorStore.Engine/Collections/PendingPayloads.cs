using VectorStore.Engine.Segments;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Collections;

/// <summary>What the records of a batch that is being put together will do to points and their payloads, though nothing of it is applied yet. The log's thread only.</summary>
internal sealed class PendingPayloads
{
    private readonly Dictionary<PointId, PendingPayload> _points = [];
    private int _followed;

    public bool IsEmpty => _points.Count == 0;

    /// <summary>Takes in what has come into the batch since the last call.</summary>
    public void Follow(IReadOnlyList<WalAppend> batch, VectorSchema schema)
    {
        for (; _followed < batch.Count; _followed++)
        {
            var append = batch[_followed];
            switch ((WriteKind)append.Kind)
            {
                case WriteKind.Upsert:
                    FollowUpsert(append.Body, schema);
                    break;
                case WriteKind.Delete:
                    foreach (var id in DeleteRecord.Decode(append.Body.Span, lsn: 0))
                        _points[id] = default;
                    break;
                case WriteKind.ChangePayloads:
                    // Only points that exist are in such a record.
                    foreach (var (id, json) in PayloadRecord.Decode(append.Body, lsn: 0))
                        _points[id] = new PendingPayload(true, json);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException($"a write of kind {append.Kind}");
            }
        }
    }

    /// <summary>What is to become of a point; false where the batch does not touch it.</summary>
    public bool TryGet(PointId id, out PendingPayload pending) => _points.TryGetValue(id, out pending);

    /// <summary>To be called once the batch is applied.</summary>
    public void Clear()
    {
        _points.Clear();
        _followed = 0;
    }

    private void FollowUpsert(ReadOnlyMemory<byte> body, VectorSchema schema)
    {
        var reader = new UpsertReader(body.Span, schema, lsn: 0);
        while (reader.ReadPoint())
        {
            while (reader.ReadVector())
            {
                // Only the payload behind them counts.
            }

            int length = reader.ReadPayload().Length;
            _points[reader.Id] = new PendingPayload(true, reader.HasPayload ? body[(reader.Position - length)..reader.Position] : default(ReadOnlyMemory<byte>?));
        }
    }
}
