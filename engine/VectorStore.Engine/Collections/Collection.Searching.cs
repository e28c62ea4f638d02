using System.Buffers;
using VectorStore.Engine.Collections;
using VectorStore.Engine.Distance;
using VectorStore.Engine.Filtering;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine;

public sealed partial class Collection
{
    private static readonly ThreadLocal<ResultPool> s_pool = new(() => new ResultPool());

    /// <summary>Finds the points nearest to a query, best first; of equally near ones the smaller id comes first.</summary>
    /// <remarks>
    /// Complete at any moment: points that no graph holds yet are measured one by one. Unless <see cref="SearchRequest.Exact"/> is set, points
    /// in a graph are found with high probability, not certainty; see docs/performance.md, and measure on your data.
    /// </remarks>
    /// <param name="request">What to search for.</param>
    /// <param name="cancellationToken">Checked now and then while scanning and filtering.</param>
    /// <exception cref="InvalidRequestException">The query or a number is not acceptable.</exception>
    public Task<IReadOnlyList<ScoredPoint>> SearchAsync(SearchRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Run(() => Search(request, cancellationToken));
    }

    private IReadOnlyList<ScoredPoint> Search(SearchRequest request, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        Limits.CheckSearch(request);
        int vector = Limits.ResolveVector(_schema, request.VectorName, Name, "vectorName");
        var config = _schema[vector].Config;
        VectorValidation.Validate(request.Vector.Span, config, "vector");
        var filter = request.Filter is null ? null : CompiledFilter.Compile(request.Filter);
        int wanted = request.Offset + request.Limit;
        int ef = Math.Max(request.Ef ?? config.Hnsw.EfSearch, wanted);

        float[] query = ArrayPool<float>.Shared.Rent(config.Dimension);
        try
        {
            var prepared = query.AsSpan(0, config.Dimension);
            VectorPreparation.Prepare(request.Vector.Span, config, prepared);

            using var lease = Lease();
            var hits = new List<Hit>(Math.Min(wanted, 1_024));
            foreach (var view in lease.View.Segments)
                SearchSegment(view, vector, prepared, filter, lease.View.Lsn, ef, wanted, request.Exact, hits, cancellationToken);

            hits.Sort();
            return Answer(request, config.Metric, hits);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(query);
        }
    }

    private void SearchSegment(
        SegmentView view,
        int vector,
        ReadOnlySpan<float> query,
        CompiledFilter? filter,
        ulong lsn,
        int ef,
        int wanted,
        bool exact,
        List<Hit> hits,
        CancellationToken cancellationToken)
    {
        var index = view.Segment.Vectors[vector];
        var points = view.Segment.Points;
        var pool = s_pool.Value!;
        pool.Reset(wanted);
        if (filter is null)
        {
            uint alive = view.RowCount - Math.Min(points.DeadCount, view.RowCount);
            index.Search(query, points.VisibleAt(lsn), view.RowCount, ef, exact, pool, alive, cancellationToken);
        }
        else
        {
            using var rows = MatchingRows(filter, view, lsn, cancellationToken);
            uint matching = (uint)rows.Count;
            if (matching == 0)
                return;

            index.Search(query, rows.AsFilter(), view.RowCount, ef, exact, pool, matching, cancellationToken);
        }

        foreach (var found in pool.Finish())
            hits.Add(new Hit(found.Distance, points.Row(found.Offset).Id, view.Segment, found.Offset));
    }

    private List<ScoredPoint> Answer(SearchRequest request, Metric metric, List<Hit> hits)
    {
        var answers = new List<ScoredPoint>(Math.Min(request.Limit, Math.Max(0, hits.Count - request.Offset)));
        for (int index = request.Offset; index < hits.Count && answers.Count < request.Limit; index++)
        {
            var hit = hits[index];
            if (!Score.Meets(metric, hit.Distance, request.ScoreThreshold))
                break;

            ref readonly var row = ref hit.Segment.Points.Row(hit.Offset);
            answers.Add(new ScoredPoint(
                row.Id,
                Score.FromDistance(metric, hit.Distance),
                request.WithPayload ? ReadPayload(row) : null,
                request.WithVectors ? ReadVectors(hit.Segment, hit.Offset) : null,
                row.Lsn));
        }

        return answers;
    }

    /// <summary>A candidate from some segment; sorts nearest first, then by id.</summary>
    private readonly record struct Hit(float Distance, PointId Id, Segment Segment, PointOffset Offset) : IComparable<Hit>
    {
        public int CompareTo(Hit other)
        {
            int byDistance = Distance.CompareTo(other.Distance);
            return byDistance != 0 ? byDistance : Id.CompareTo(other.Id);
        }
    }
}
