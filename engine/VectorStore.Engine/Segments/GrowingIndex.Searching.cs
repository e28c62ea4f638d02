using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Segments;

/// <summary>Finding the nearest rows, through the graph or by scanning, always all of them.</summary>
internal sealed partial class GrowingIndex
{
    // What decides between walk and scan when the caller knows how few points are accepted.
    private const int DistancesPerBeamEntry = 16;
    private const int TestsPerDistance = 16;

    public override void Search<TFilter>(
        ReadOnlySpan<float> preparedQuery, TFilter filter, in IndexQuery query, ResultPool results, SearchTrace? trace = null, CancellationToken cancellationToken = default)
    {
        ThrowIfUnfit(preparedQuery, query);
        if (query.VisibleCount == 0 || results.Wanted == 0)
            return;

        var scratch = _scratch.Rent();
        try
        {
            scratch.SetQuery(preparedQuery);
            switch (Config.Metric)
            {
                case Metric.Cosine or Metric.Dot:
                    Search<NegatedDot, TFilter>(filter, query, results, scratch, trace, cancellationToken);
                    break;
                case Metric.Euclidean:
                    Search<SquaredEuclidean, TFilter>(filter, query, results, scratch, trace, cancellationToken);
                    break;
                case Metric.Manhattan:
                    Search<Manhattan, TFilter>(filter, query, results, scratch, trace, cancellationToken);
                    break;
            }
        }
        finally
        {
            _scratch.Return(scratch);
            GC.KeepAlive(this);
        }
    }

    private void Search<TDistance, TFilter>(
        TFilter filter, in IndexQuery query, ResultPool results, SearchScratch scratch, SearchTrace? trace, CancellationToken cancellationToken)
        where TDistance : struct, IVectorDistance
        where TFilter : struct, IPointFilter
    {
        var scorer = ScorerFor<TDistance>(scratch.Query);
        int ef = Math.Max(EfFor(query), results.Wanted);

        // The count is read before the walk: rows that join the graph later are scanned, and rejected by the walk, so none is missed or found twice.
        uint indexed = Math.Min(IndexedCount, query.VisibleCount);
        uint scanFrom = 0;
        if (indexed > 0 && Volatile.Read(ref _graph) is { } graph && WalkPays(query, ef, indexed))
        {
            var found = scratch.Found(results.Wanted);
            var graphScratch = scratch.For(graph);
            if (graph.TrySearch(scorer, new BelowFilter<TFilter>(filter, indexed), ef, found, out int foundCount, graphScratch))
            {
                foreach (var point in found[..foundCount])
                    results.Offer(point.Offset, point.Distance);

                scanFrom = indexed;
            }

            if (trace is not null)
            {
                trace.Ef = ef;
                trace.Hops = graphScratch.Hops;
                trace.Distances = graphScratch.Distances;
            }
        }

        long scanned = Scan(scorer, filter, scanFrom, query.VisibleCount, results, cancellationToken);
        if (trace is not null)
        {
            trace.Path = scanFrom == 0 ? SearchPath.Scan : scanned == 0 ? SearchPath.Graph : SearchPath.GraphAndScan;
            trace.Distances += scanned;
        }
    }

    /// <summary>What grows is not calibrated: a target widens the usual beam, on the safe side.</summary>
    private int EfFor(in IndexQuery query)
    {
        if (query.Ef != 0)
            return query.Ef;

        int usual = UsualEf(query);
        return query.TargetRecall == 0 ? usual : (int)Math.Min(Math.Ceiling(usual * SearchEffort.WideningFor(query.TargetRecall)), SearchEffort.EfMax);
    }

    private bool WalkPays(in IndexQuery query, int ef, uint indexed)
    {
        if (query.Exact || query.VisibleCount <= Config.Hnsw.FullScanThreshold)
            return false;

        // A walk through a share s of accepted points widens its beam to ef / s; a scan tests all points and measures the accepted ones.
        double accepted = Math.Min(query.AcceptedMax, indexed);
        double walk = accepted == 0 ? double.MaxValue : ef / (accepted / indexed) * DistancesPerBeamEntry;
        return walk < accepted + (indexed / TestsPerDistance);
    }
}
