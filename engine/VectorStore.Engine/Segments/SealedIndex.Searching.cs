using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Quantization;

namespace VectorStore.Engine.Segments;

/// <summary>Finding the nearest rows: candidates by their codes, the best of them by the original vectors.</summary>
internal sealed partial class SealedIndex
{
    // A walk measures about this many points for each place in its beam; a scan reads codes in order, which costs half as much as reading them at random.
    private const int DistancesPerBeamEntry = 16;
    private const double ScanCost = 0.5;
    private const int TestsPerDistance = 16;

    // Rows asked for before they are measured: enough to have the next one in the cache when its turn comes.
    private const int PrefetchAhead = 2;

    public override void Search<TFilter>(
        ReadOnlySpan<float> preparedQuery, TFilter filter, in IndexQuery query, ResultPool results, SearchTrace? trace = null, CancellationToken cancellationToken = default)
    {
        ThrowIfUnfit(preparedQuery, query);
        if (results.Wanted == 0)
            return;

        var scratch = _scratch.Rent();
        try
        {
            // Fewer accepted rows than results wanted are measured at once: no estimate can leave any of them out.
            if (_walk is { } walk && !query.Exact && query.AcceptedMax > (uint)results.Wanted)
                SearchByCodes(preparedQuery, filter, query, walk, results, scratch, trace, cancellationToken);
            else
                SearchExactly(preparedQuery, filter, results, scratch, trace, cancellationToken);
        }
        finally
        {
            _scratch.Return(scratch);
            GC.KeepAlive(this);
        }
    }

    private void SearchByCodes<TFilter>(
        ReadOnlySpan<float> preparedQuery,
        TFilter filter,
        in IndexQuery query,
        SealedWalk walk,
        ResultPool results,
        SealedScratch scratch,
        SearchTrace? trace,
        CancellationToken cancellationToken)
        where TFilter : struct, IPointFilter
    {
        var effort = EffortFor(query, results.Wanted, walk);
        scratch.PrepareFor(walk, effort.Candidates);
        var search = new CandidateSearch<TFilter>(walk, filter, Math.Min(1, query.AcceptedMax / (double)query.VisibleCount), effort, WalkPays(query, effort, walk.Count), scratch, cancellationToken);
        walk.Codes.Score(preparedQuery, scratch.Prepared!, ref search);

        var found = scratch.Found.AsSpan(0, search.Found);
        bool rescores = walk.Codes.IsLossy && !query.SkipRescoring;
        int rescored = 0;
        if (rescores)
            rescored = Rescore(preparedQuery, found, search.Scale, effort, walk, results, scratch);
        else
            OfferEstimates(found, search.Scale, walk, results);

        if (trace is null)
            return;

        trace.Path = search.Scanned ? SearchPath.CodeScan : SearchPath.Graph;
        trace.Ef = search.Scanned ? 0 : effort.Ef;
        trace.CalibratedRecall = search.Scanned ? null : effort.CalibratedRecall;
        trace.Hops = search.Scanned ? 0 : scratch.Graph.Hops;
        trace.Distances = search.Distances;
        trace.Rescored = rescored;
    }

    private static bool WalkPays(in IndexQuery query, SearchEffort effort, uint count)
    {
        if (query.AcceptedMax >= query.VisibleCount)
            return true;

        // A walk through a share s of accepted points widens its beam to ef / s; a scan tests all points and estimates the accepted ones.
        double accepted = Math.Min(query.AcceptedMax, count);
        double walk = accepted == 0 ? double.MaxValue : effort.Ef / (accepted / count) * DistancesPerBeamEntry;
        return walk < (ScanCost * accepted) + ((double)count / TestsPerDistance);
    }

    private static void OfferEstimates(ReadOnlySpan<ScoredOffset> found, EstimateScale scale, SealedWalk walk, ResultPool results)
    {
        var rows = walk.Rows;
        foreach (var (place, estimate) in found)
            results.Offer(new PointOffset(rows[place.Value]), scale.ToDistance(estimate));
    }

    /// <summary>Measures candidates again, best first; returns how many.</summary>
    private int Rescore(
        ReadOnlySpan<float> preparedQuery, ReadOnlySpan<ScoredOffset> found, EstimateScale scale, SearchEffort effort, SealedWalk walk, ResultPool results, SealedScratch scratch)
    {
        scratch.SetQuery(preparedQuery);
        return Config.Metric switch
        {
            Metric.Cosine or Metric.Dot => Measure(ScorerFor<NegatedDot>(scratch.Query), found, scale, effort, walk, results),
            Metric.Euclidean => Measure(ScorerFor<SquaredEuclidean>(scratch.Query), found, scale, effort, walk, results),
            _ => Measure(ScorerFor<Manhattan>(scratch.Query), found, scale, effort, walk, results),
        };
    }

    private static int Measure<TDistance>(
        RowScorer<TDistance> scorer, ReadOnlySpan<ScoredOffset> found, EstimateScale scale, SearchEffort effort, SealedWalk walk, ResultPool results)
        where TDistance : struct, IVectorDistance
    {
        var rows = walk.Rows;
        for (int i = 0; i < Math.Min(PrefetchAhead, found.Length); i++)
            scorer.Prefetch(new PointOffset(rows[found[i].Offset.Value]));

        var error = EstimateError.ForBeam(effort.Ef, results.Wanted);
        for (int i = 0; i < found.Length; i++)
        {
            float estimate = scale.ToDistance(found[i].Distance);
            if (effort.MayStop && error.RulesOut(estimate, results.Bound))
                return i;

            if (i + PrefetchAhead < found.Length)
                scorer.Prefetch(new PointOffset(rows[found[i + PrefetchAhead].Offset.Value]));

            var row = new PointOffset(rows[found[i].Offset.Value]);
            float distance = scorer.Distance(row);
            error.Add(estimate, distance);
            results.Offer(row, distance);
        }

        return found.Length;
    }

    private void SearchExactly<TFilter>(
        ReadOnlySpan<float> preparedQuery, TFilter filter, ResultPool results, SealedScratch scratch, SearchTrace? trace, CancellationToken cancellationToken)
        where TFilter : struct, IPointFilter
    {
        scratch.SetQuery(preparedQuery);
        long measured = Config.Metric switch
        {
            Metric.Cosine or Metric.Dot => Scan(ScorerFor<NegatedDot>(scratch.Query), filter, 0, Count, results, cancellationToken),
            Metric.Euclidean => Scan(ScorerFor<SquaredEuclidean>(scratch.Query), filter, 0, Count, results, cancellationToken),
            _ => Scan(ScorerFor<Manhattan>(scratch.Query), filter, 0, Count, results, cancellationToken),
        };
        if (trace is not null)
        {
            trace.Path = SearchPath.Scan;
            trace.Distances = measured;
        }
    }
}
