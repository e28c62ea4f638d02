using System.Buffers;
using VectorStore.Engine.Collections;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine;

public sealed partial class Collection
{
    /// <summary>Inserts points, or replaces those whose id exists: all of them or, on any error, none.</summary>
    /// <param name="points">1 to 100,000 points, together at most 32 MiB. Of several points of one id the last counts.</param>
    /// <param name="cancellationToken">Takes effect only until the write has been handed to the log; after that its outcome is returned.</param>
    /// <exception cref="InvalidRequestException">A vector, id or payload is not acceptable; nothing was applied.</exception>
    /// <exception cref="StorageException">The disk is full, or fuller than <see cref="DatabaseOptions.FreeSpaceFloorBytes"/> allows; nothing was applied, the call may be repeated.</exception>
    /// <exception cref="DatabaseStateException">The collection is red or closed. If the log failed during this very call, whether the write
    /// survives is known only after reopening.</exception>
    public async Task<WriteResult> UpsertAsync(IReadOnlyList<Point> points, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(points);
        ThrowIfNotWritable();
        _space?.ThrowIfBelowFloor();
        var prepared = Prepare(points);
        long bytes = UpsertRecord.EncodedBytes(prepared, _schema);
        if (bytes > Limits.RequestBytesMax)
        {
            throw new InvalidRequestException(
                ErrorReason.RequestTooLarge, "points", $"points: expected a request of at most {Limits.RequestBytesMax} bytes, got {bytes}; send fewer points at a time");
        }

        byte[] body = ArrayPool<byte>.Shared.Rent((int)bytes);
        try
        {
            UpsertRecord.Encode(prepared, _schema, body.AsSpan(0, (int)bytes));
            var outcome = new WriteOutcome();
            ulong lsn = await _log.AppendAsync((ushort)WriteKind.Upsert, body.AsMemory(0, (int)bytes), outcome, cancellationToken).ConfigureAwait(false);
            return new WriteResult(lsn, outcome.PointsChanged);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    /// <summary>Deletes points by id; ids that do not exist are passed over. Works on a full disk, as long as there is ballast to give up.</summary>
    /// <param name="ids">1 to 100,000 ids; repeated ones count once.</param>
    /// <param name="cancellationToken">As for <see cref="UpsertAsync"/>.</param>
    /// <exception cref="InvalidRequestException">No ids, or too many.</exception>
    /// <exception cref="StorageException">The disk is full; nothing was applied, the call may be repeated.</exception>
    /// <exception cref="DatabaseStateException">The collection is red or closed.</exception>
    public async Task<WriteResult> DeleteAsync(IReadOnlyList<PointId> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ThrowIfNotWritable();
        Limits.CheckCount(ids.Count, Limits.IdsPerRequestMax, "ids");
        var outcome = new WriteOutcome();
        var distinct = new HashSet<PointId>(ids);
        byte[] body = DeleteRecord.Encode(distinct);
        Func<Task<ulong>> append = () => _log.AppendAsync((ushort)WriteKind.Delete, body, outcome, cancellationToken);
        ulong lsn = await (_space is null ? append() : _space.RunAsync(append)).ConfigureAwait(false);
        return new WriteResult(lsn, outcome.PointsChanged, distinct.Count - outcome.PointsChanged);
    }

    /// <summary>Checks every point, and puts its vectors into the schema's order. Of several points of one id the last stays.</summary>
    private List<PreparedPoint> Prepare(IReadOnlyList<Point> points)
    {
        Limits.CheckCount(points.Count, Limits.PointsPerRequestMax, "points");
        var prepared = new List<PreparedPoint>(points.Count);
        for (int index = 0; index < points.Count; index++)
        {
            var point = points[index] ?? throw new InvalidRequestException(ErrorReason.EmptyRequest, $"points[{index}]", $"points[{index}]: the point is null");
            prepared.Add(Prepare(point, $"points[{index}]"));
        }

        var seen = new HashSet<PointId>(prepared.Count);
        for (int index = prepared.Count - 1; index >= 0; index--)
        {
            if (!seen.Add(prepared[index].Id))
                prepared.RemoveAt(index);
        }

        return prepared;
    }

    private PreparedPoint Prepare(Point point, string field)
    {
        if (point.Vectors.Count == 0)
        {
            throw new InvalidRequestException(
                ErrorReason.EmptyRequest, $"{field}.vectors", $"{field}: point {point.Id} has no vector; the collection has {_schema.Names}");
        }

        var vectors = new ReadOnlyMemory<float>?[_schema.Count];
        foreach (var (name, vector) in point.Vectors)
        {
            string vectorField = string.IsNullOrEmpty(name) ? $"{field}.vector" : $"{field}.vectors.{name}";
            int number = Limits.ResolveVector(_schema, name, Name, vectorField);
            VectorValidation.Validate(vector.Span, _schema[number].Config, vectorField);
            vectors[number] = vector;
        }

        return new PreparedPoint(point.Id, vectors, point.Payload);
    }
}
