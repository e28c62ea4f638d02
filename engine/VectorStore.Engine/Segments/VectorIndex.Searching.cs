using VectorStore.Engine.Distance;
using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Segments;

/// <summary>Finding the nearest rows, through the graph or by scanning, always all of them.</summary>
internal sealed partial class VectorIndex
{
    private const uint RowsPerCancellationCheck = 4_096;

    // What decides between walk and scan when the caller knows how few points are accepted.
    private const int DistancesPerBeamEntry = 16;
    private const int TestsPerDistance = 16;

    /// <summary>Adds the nearest accepted rows to <paramref name="results"/>.</summary>
    /// <param name="preparedQuery">Validated and prepared like a stored vector.</param>
    /// <param name="filter">Which rows may be answers.</param>
    /// <param name="visibleCount">Rows from here on are never returned; all below are considered.</param>
    /// <param name="ef">Width of the beam in the graph.</param>
    /// <param name="exact">Scan instead of walking the graph.</param>
    /// <param name="results">Holds how many are wanted; keeps the best of what it had and what is found.</param>
    /// <param name="acceptedMax">At most this many rows are accepted, where the caller knows.</param>
    /// <param name="cancellationToken">Looked at every few thousand rows of a scan.</param>
    public void Search<TFilter>(
        ReadOnlySpan<float> preparedQuery,
        TFilter filter,
        uint visibleCount,
        int ef,
        bool exact,
        ResultPool results,
        uint acceptedMax = uint.MaxValue,
        CancellationToken cancellationToken = default)
        where TFilter : struct, IPointFilter
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(visibleCount, Count);
        if (preparedQuery.Length != _rows.Dimension)
            throw new ArgumentException($"expected dimension {_rows.Dimension}, got {preparedQuery.Length}", nameof(preparedQuery));
        if (visibleCount == 0 || results.Wanted == 0)
            return;

        var plan = new Plan(visibleCount, ef, exact, acceptedMax);
        var scratch = _scratch.Rent();
        try
        {
            scratch.SetQuery(preparedQuery);
            switch (_config.Metric)
            {
                case Metric.Cosine or Metric.Dot:
                    Search<NegatedDot, TFilter>(filter, plan, results, scratch, cancellationToken);
                    break;
                case Metric.Euclidean:
                    Search<SquaredEuclidean, TFilter>(filter, plan, results, scratch, cancellationToken);
                    break;
                case Metric.Manhattan:
                    Search<Manhattan, TFilter>(filter, plan, results, scratch, cancellationToken);
                    break;
            }
        }
        finally
        {
            _scratch.Return(scratch);
            GC.KeepAlive(this);
        }
    }

    private void Search<TDistance, TFilter>(TFilter filter, Plan plan, ResultPool results, SearchScratch scratch, CancellationToken cancellationToken)
        where TDistance : struct, IVectorDistance
        where TFilter : struct, IPointFilter
    {
        var scorer = new RowSpace<TDistance>(_rows.Memory, _rows.StrideBytes, _rows.Dimension).ScorerFor(scratch.Query);

        // The count is read before the walk: rows that join the graph later are scanned, and rejected by the walk, so none is missed or found twice.
        uint indexed = Math.Min(IndexedCount, plan.VisibleCount);
        uint scanFrom = 0;
        if (indexed > 0 && Volatile.Read(ref _graph) is { } graph && WalkPays(plan, indexed))
        {
            var found = scratch.Found(results.Wanted);
            if (graph.TrySearch(scorer, new BelowFilter<TFilter>(filter, indexed), plan.Ef, found, out int foundCount, scratch.For(graph)))
            {
                foreach (var point in found[..foundCount])
                    results.Offer(point.Offset, point.Distance);

                scanFrom = indexed;
            }
        }

        Scan(scorer, filter, scanFrom, plan.VisibleCount, results, cancellationToken);
    }

    private bool WalkPays(Plan plan, uint indexed)
    {
        if (plan.Exact || plan.VisibleCount <= _config.Hnsw.FullScanThreshold)
            return false;

        // A walk through a share s of accepted points widens its beam to ef / s; a scan tests all points and measures the accepted ones.
        double accepted = Math.Min(plan.AcceptedMax, indexed);
        double walk = accepted == 0 ? double.MaxValue : plan.Ef / (accepted / indexed) * DistancesPerBeamEntry;
        return walk < accepted + (indexed / TestsPerDistance);
    }

    private void Scan<TScorer, TFilter>(TScorer scorer, TFilter filter, uint from, uint to, ResultPool results, CancellationToken cancellationToken)
        where TScorer : struct, IPointScorer
        where TFilter : struct, IPointFilter
    {
        bool allPresent = !_rows.HasAbsent;
        for (uint start = from; start < to; start += RowsPerCancellationCheck)
        {
            cancellationToken.ThrowIfCancellationRequested();
            uint end = Math.Min(to, start + RowsPerCancellationCheck);
            for (uint i = start; i < end; i++)
            {
                var offset = new PointOffset(i);
                if ((allPresent || _rows.HasVector(offset)) && filter.Accepts(offset))
                    results.Offer(offset, scorer.Distance(offset));
            }
        }
    }

    /// <summary>What the caller asked for.</summary>
    private readonly record struct Plan(uint VisibleCount, int Ef, bool Exact, uint AcceptedMax);
}
