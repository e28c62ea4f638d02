using VectorStore.Engine.Collections;
using VectorStore.Engine.Distance;
using VectorStore.Engine.Filtering;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine;

public sealed partial class Collection
{
    // Of all collections of the process: while there are fewer than processors, a search with several large segments is given help.
    private static int s_searchesRunning;

    private readonly Action<ParallelSearch, int, HitList> _searchSegmentOf;

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
        return Run(() => Search(request, explanations: null, cancellationToken));
    }

    /// <summary>Finds the points nearest to a query on the calling thread, best first, without allocating: <see cref="SearchAsync"/> for those who want ids and scores only, and as fast as can be.</summary>
    /// <remarks>
    /// The same answers as <see cref="SearchAsync"/> gives without a filter. Memory is allocated by the first searches of a thread only.
    /// </remarks>
    /// <param name="query">The query, shape <c>[dimension]</c>, finite; need not be normalised.</param>
    /// <param name="hits">Receives the nearest points, as many as fit: 1 to <see cref="SearchRequest.LimitMax"/>.</param>
    /// <param name="parameters">Null: <see cref="SearchParameters.Default"/>.</param>
    /// <returns>How many of <paramref name="hits"/> were filled: all, unless the collection has fewer points.</returns>
    /// <exception cref="InvalidRequestException">The query or a number is not acceptable.</exception>
    public int Search(ReadOnlySpan<float> query, Span<SearchHit> hits, SearchParameters? parameters = null)
    {
        parameters ??= SearchParameters.Default;
        Limits.CheckSearch(hits.Length, parameters.Ef, parameters.Oversampling, parameters.TargetRecall);
        int vector = Limits.ResolveVector(_schema, parameters.VectorName, Name, "vectorName");
        var config = _schema[vector].Config;
        VectorValidation.Validate(query, config, "query");
        var plan = new SearchPlan(
            vector, config, hits.Length, null, QueryFor(config, parameters.Ef, parameters.Oversampling, parameters.TargetRecall, parameters.Rescore, parameters.Exact));

        var buffers = SearchBuffers.Current;
        try
        {
            using var lease = Lease();
            SearchSegments(lease.View, plan, query, buffers, explanations: null, CancellationToken.None);
            var found = buffers.Hits.Hits;
            SampleIfDue(lease.View, plan, query, found);
            int count = Math.Min(found.Length, hits.Length);
            for (int index = 0; index < count; index++)
                hits[index] = new SearchHit(found[index].Id, Score.FromDistance(config.Metric, found[index].Distance));

            return count;
        }
        finally
        {
            buffers.Hits.Clear();
        }
    }

    private IReadOnlyList<ScoredPoint> Search(SearchRequest request, List<SegmentExplanation>? explanations, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        Limits.CheckSearch(request);
        int vector = Limits.ResolveVector(_schema, request.VectorName, Name, "vectorName");
        var config = _schema[vector].Config;
        VectorValidation.Validate(request.Vector.Span, config, "vector");
        var plan = new SearchPlan(
            vector,
            config,
            request.Offset + request.Limit,
            request.Filter is null ? null : CompiledFilter.Compile(request.Filter),
            QueryFor(config, request.Ef, request.Oversampling, request.TargetRecall, request.Rescore, request.Exact));

        var buffers = SearchBuffers.Current;
        try
        {
            using var lease = Lease();
            SearchSegments(lease.View, plan, request.Vector.Span, buffers, explanations, cancellationToken);
            SampleIfDue(lease.View, plan, request.Vector.Span, buffers.Hits.Hits);
            return Answer(request, config.Metric, buffers.Hits.Hits, lease.View.Lsn);
        }
        finally
        {
            buffers.Hits.Clear();
        }
    }

    /// <summary>What is asked of every index. Zero stands for what the index decides by itself.</summary>
    private static IndexQuery QueryFor(VectorConfig config, int? ef, double? oversampling, double? targetRecall, bool rescore, bool exact) => new()
    {
        Ef = ef ?? 0,
        UsualEf = config.Hnsw.EfSearch,
        Oversampling = oversampling ?? 0,
        TargetRecall = targetRecall ?? (ef is null ? config.TargetRecall ?? 0 : 0),
        SkipRescoring = !rescore,
        Exact = exact,
    };

    /// <summary>Leaves the best of all segments in the buffers, in order.</summary>
    private void SearchSegments(
        CollectionView view, in SearchPlan plan, ReadOnlySpan<float> query, SearchBuffers buffers, List<SegmentExplanation>? explanations, CancellationToken cancellationToken)
    {
        var prepared = buffers.Query(plan.Config.Dimension);
        VectorPreparation.Prepare(query, plan.Config, prepared.Span);
        int idle = Environment.ProcessorCount - Interlocked.Increment(ref s_searchesRunning);
        try
        {
            if (idle > 0 && view.SealedGraphs > 1 && explanations is null)
            {
                buffers.Parallel.Run(Math.Min(idle, view.SealedGraphs - 1), view, plan, prepared, _searchSegmentOf, buffers.Hits, cancellationToken);
            }
            else
            {
                foreach (var segment in view.Segments)
                    SearchSegment(segment, view.Lsn, plan, prepared.Span, buffers.Pool, buffers.Hits, explanations, cancellationToken);
            }
        }
        finally
        {
            Interlocked.Decrement(ref s_searchesRunning);
        }

        buffers.Hits.Sort();
    }

    /// <summary>One segment of a search that several threads share; each has buffers of its own.</summary>
    private void SearchSegment(ParallelSearch search, int segment, HitList hits) =>
        SearchSegment(
            search.View.Segments[segment], search.View.Lsn, search.Plan, search.Query.Span, SearchBuffers.Current.Pool, hits, explanations: null, search.CancellationToken);

    private void SearchSegment(
        SegmentView view,
        ulong lsn,
        in SearchPlan plan,
        ReadOnlySpan<float> prepared,
        ResultPool pool,
        HitList hits,
        List<SegmentExplanation>? explanations,
        CancellationToken cancellationToken)
    {
        var index = view.Segment.Vectors[plan.Vector];
        var points = view.Segment.Points;
        var trace = explanations is null ? null : new SearchTrace();
        uint accepted = view.RowCount - Math.Min(points.DeadCount, view.RowCount);
        pool.Reset(plan.Wanted);
        if (plan.Filter is not null)
        {
            using var rows = MatchingRows(plan.Filter, view, lsn, cancellationToken);
            accepted = (uint)rows.Count;
            if (accepted > 0)
                index.Search(prepared, rows.AsFilter(), plan.Query with { VisibleCount = view.RowCount, AcceptedMax = accepted }, pool, trace, cancellationToken);
        }
        else if (accepted == view.RowCount)
        {
            // No row was ever deleted: nothing is asked about any of them.
            index.Search(prepared, default(AcceptAll), plan.Query with { VisibleCount = view.RowCount, AcceptedMax = accepted }, pool, trace, cancellationToken);
        }
        else
        {
            index.Search(prepared, points.VisibleAt(lsn), plan.Query with { VisibleCount = view.RowCount, AcceptedMax = accepted }, pool, trace, cancellationToken);
        }

        hits.Add(view.Segment, pool.Finish());
        explanations?.Add(Explain(view, plan, accepted, trace!));
    }

    private List<ScoredPoint> Answer(SearchRequest request, Metric metric, ReadOnlySpan<Hit> hits, ulong lsn)
    {
        var answers = new List<ScoredPoint>(Math.Min(request.Limit, Math.Max(0, hits.Length - request.Offset)));
        for (int index = request.Offset; index < hits.Length && answers.Count < request.Limit; index++)
        {
            var hit = hits[index];
            if (!Score.Meets(metric, hit.Distance, request.ScoreThreshold))
                break;

            var payload = hit.Segment.Points.PayloadAt(hit.Offset, lsn);
            answers.Add(new ScoredPoint(
                hit.Id,
                Score.FromDistance(metric, hit.Distance),
                request.WithPayload ? ReadPayload(hit.Id, payload) : null,
                request.WithVectors ? ReadVectors(hit.Segment, hit.Offset) : null,
                payload.Lsn));
        }

        return answers;
    }
}
