using System.Buffers;
using System.Runtime.CompilerServices;
using VectorStore.Engine.Collections;
using VectorStore.Engine.Filtering;
using VectorStore.Engine.Payloads;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;

namespace VectorStore.Engine;

public sealed partial class Collection
{
    /// <summary>Reads points by id, in the order asked; ids that do not exist are left out.</summary>
    /// <param name="ids">1 to 100,000 ids.</param>
    /// <param name="withPayload">Return payloads.</param>
    /// <param name="withVectors">Return vectors.</param>
    /// <param name="cancellationToken">Checked now and then.</param>
    public Task<IReadOnlyList<RetrievedPoint>> GetAsync(
        IReadOnlyList<PointId> ids, bool withPayload = true, bool withVectors = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        Limits.CheckCount(ids.Count, Limits.IdsPerRequestMax, "ids");
        return Run<IReadOnlyList<RetrievedPoint>>(() =>
        {
            var found = new List<(Segment Segment, PointOffset Offset)>(ids.Count);
            ViewLease lease;

            // Under the lock the indexes and the newest view agree.
            lock (_applyLock)
            {
                lease = Lease();
                if (_isApplying)
                {
                    FindInView(lease.View, ids, found);
                }
                else
                {
                    foreach (var id in ids)
                    {
                        if (TryFindLiveLocked(id, out var segment, out var offset))
                            found.Add((segment, offset));
                    }
                }
            }

            using (lease)
            {
                var points = new List<RetrievedPoint>(found.Count);
                foreach (var (segment, offset) in found)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    points.Add(Retrieve(segment, offset, lease.View.Lsn, withPayload, withVectors));
                }

                return points;
            }
        });
    }

    /// <summary>Finds points without the indexes, which may be ahead of every view: a write was applied half way before the collection turned red.</summary>
    private static void FindInView(CollectionView view, IReadOnlyList<PointId> ids, List<(Segment Segment, PointOffset Offset)> found)
    {
        var wanted = ids.ToHashSet();
        var rows = new Dictionary<PointId, (Segment Segment, PointOffset Offset)>();
        foreach (var (segment, rowCount) in view.Segments)
        {
            for (uint row = 0; row < rowCount; row++)
            {
                var offset = new PointOffset(row);
                if (segment.Points.Row(offset).Id is var id && wanted.Contains(id) && segment.Points.IsVisible(offset, view.Lsn))
                    rows[id] = (segment, offset);
            }
        }

        foreach (var id in ids)
        {
            if (rows.TryGetValue(id, out var row))
                found.Add(row);
        }
    }

    /// <summary>Walks through all (matching) points as they are at the first step; later writes do not show.</summary>
    /// <remarks>The order is unspecified. While the walk lasts, replaced versions of points keep their place in memory: finish or dispose it.</remarks>
    /// <param name="request">Null: every point with its payload.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    public async IAsyncEnumerable<RetrievedPoint> ScrollAsync(ScrollRequest? request = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        request ??= new ScrollRequest();
        var filter = request.Filter is null ? null : CompiledFilter.Compile(request.Filter);
        using var lease = Lease();
        foreach (var (segment, rowCount) in lease.View.Segments)
        {
            for (uint row = 0; row < rowCount; row++)
            {
                cancellationToken.ThrowIfCancellationRequested();

                // Give the thread back now and then: a walk may be long, and its consumer quick.
                if (row % 4096 == 4095)
                    await Task.Yield();

                var offset = new PointOffset(row);
                if (segment.Points.IsVisible(offset, lease.View.Lsn) && Matches(filter, segment, offset, lease.View.Lsn, s_filterBuffer.Value!))
                    yield return Retrieve(segment, offset, lease.View.Lsn, request.WithPayload, request.WithVectors);
            }
        }
    }

    /// <summary>Counts live (matching) points, exactly.</summary>
    /// <param name="filter">Null: all, at no cost. Otherwise every payload is looked at.</param>
    /// <param name="cancellationToken">Checked now and then.</param>
    public Task<long> CountAsync(Filter? filter = null, CancellationToken cancellationToken = default) => Run(() =>
    {
        using var lease = Lease();
        if (filter is null)
            return lease.View.LivePoints;

        var compiled = CompiledFilter.Compile(filter);
        long count = 0;
        foreach (var view in lease.View.Segments)
        {
            using var rows = MatchingRows(compiled, view, lease.View.Lsn, cancellationToken);
            count += rows.Count;
        }

        return count;
    });

    // One scratch buffer a thread for payloads that are only looked at.
    private static readonly ThreadLocal<ArrayBufferWriter<byte>> s_filterBuffer = new(() => new ArrayBufferWriter<byte>(4096));

    /// <summary>Turns exceptions of synchronous work into those of a task, as callers of an asynchronous method expect.</summary>
    private static Task<T> Run<T>(Func<T> work)
    {
        try
        {
            return Task.FromResult(work());
        }
        catch (OperationCanceledException cancelled)
        {
            return Task.FromCanceled<T>(cancelled.CancellationToken.IsCancellationRequested ? cancelled.CancellationToken : new CancellationToken(canceled: true));
        }
        catch (Exception problem)
        {
            return Task.FromException<T>(problem);
        }
    }

    private RetrievedPoint Retrieve(Segment segment, PointOffset offset, ulong lsn, bool withPayload, bool withVectors)
    {
        var id = segment.Points.Row(offset).Id;
        var payload = segment.Points.PayloadAt(offset, lsn);
        return new RetrievedPoint(
            id,
            withPayload ? ReadPayload(id, payload) : null,
            withVectors ? ReadVectors(segment, offset) : null,
            payload.Lsn);
    }

    private Payload? ReadPayload(PointId id, PayloadVersion version)
    {
        if (!version.HasPayload)
            return null;

        var json = new ArrayBufferWriter<byte>();
        ReadPayload(id, version, json);
        return Payload.FromStored(json.WrittenMemory);
    }

    private void ReadPayload(PointId id, PayloadVersion version, ArrayBufferWriter<byte> destination)
    {
        ThrowIfClosed();
        if (!_payloads.TryGet(new PayloadKey(id, version.Lsn), destination))
            throw PayloadMissing(id, version.Lsn);
    }

    private CorruptDataException PayloadMissing(PointId id, ulong lsn) => new($"{_directory}/{_payloadsName}", 0, $"the payload of point {id} written at log position {lsn} is missing");

    private Dictionary<string, float[]> ReadVectors(Segment segment, PointOffset offset)
    {
        var vectors = new Dictionary<string, float[]>(_schema.Count);
        for (int vector = 0; vector < _schema.Count; vector++)
        {
            if (segment.Vectors[vector].HasVector(offset))
                vectors.Add(_schema[vector].Name, segment.Vectors[vector].Vector(offset).ToArray());
        }

        return vectors;
    }

    /// <summary>Evaluates a filter on every live payload of a segment. This is where field indexes will answer instead.</summary>
    private RowBitmap MatchingRows(CompiledFilter filter, SegmentView view, ulong lsn, CancellationToken cancellationToken)
    {
        var rows = new RowBitmap(view.RowCount);
        try
        {
            var buffer = s_filterBuffer.Value!;
            for (uint row = 0; row < view.RowCount; row++)
            {
                if ((row & 1023) == 0)
                    cancellationToken.ThrowIfCancellationRequested();

                var offset = new PointOffset(row);
                if (view.Segment.Points.IsVisible(offset, lsn) && Matches(filter, view.Segment, offset, lsn, buffer))
                    rows.Add(offset);
            }

            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    private bool Matches(CompiledFilter? filter, Segment segment, PointOffset offset, ulong lsn, ArrayBufferWriter<byte> buffer)
    {
        if (filter is null)
            return true;

        var payload = segment.Points.PayloadAt(offset, lsn);
        if (!payload.HasPayload)
            return filter.MatchesNoPayload;

        buffer.ResetWrittenCount();
        ReadPayload(segment.Points.Row(offset).Id, payload, buffer);
        return filter.Matches(buffer.WrittenSpan);
    }
}
