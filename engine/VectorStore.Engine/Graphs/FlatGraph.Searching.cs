using VectorStore.Engine.Distance;
using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Graphs.Kernels;
using VectorStore.Engine.Hnsw;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Graphs;

/// <summary>Finding the nearest points.</summary>
internal sealed partial class FlatGraph
{
    // How far the beam may widen for points that are walked through but not accepted.
    private const int WideningMax = 16;
    private const int WidenedPoolMax = 16_384;

    // A distance costs about as much as this many tests of the accept-set.
    private const int TestsPerDistance = 8;

    // Below this many distances the share of accepted points is not known well enough to give up.
    private const int GiveUpFromDistances = 1_024;

    private const int PrefetchAhead = 4;

    /// <summary>Walks the graph to the points nearest by <paramref name="scorer"/>, of those that <paramref name="filter"/> accepts.</summary>
    /// <param name="scorer">Measures against the query.</param>
    /// <param name="filter">Points it rejects are walked through, but are not returned.</param>
    /// <param name="ef">Width of the beam: the links of so many points are followed. With a filter raised to the length of <paramref name="results"/> where lower.</param>
    /// <param name="results">Receives the nearest accepted points by estimate, best first.</param>
    /// <param name="found">How many it received.</param>
    /// <param name="scratch">For this call alone; tells hops and distances of the walk.</param>
    /// <returns>
    /// False where the walk should be replaced by a scan: so few points are accepted that measuring them all costs less than walking on. What was found then is right, but not all.
    /// Fewer than there is room for may be found in any case.
    /// </returns>
    /// <remarks>Thread-safe beside other searches.</remarks>
    public bool TrySearch<TScorer, TFilter>(TScorer scorer, TFilter filter, int ef, Span<ScoredOffset> results, out int found, GraphScratch scratch)
        where TScorer : struct, IPointScorer
        where TFilter : struct, IPointFilter
    {
        if (typeof(TFilter) == typeof(AcceptAll))
        {
            found = Search(BlockWalking.HopsOf(_links, Degree), scorer, ef, results, scratch);
            return true;
        }

        bool finished = WalkFiltered(scorer, filter, Math.Max(Math.Max(ef, results.Length), 1), scratch);
        found = scratch.Pool.CopyAccepted(results);
        return finished;
    }

    /// <summary>Walks the graph where every point may be an answer, and only the neighbours that <paramref name="hops"/> names are measured; returns how many it found.</summary>
    internal int Search<TScorer, THops>(THops hops, TScorer scorer, int ef, Span<ScoredOffset> results, GraphScratch scratch)
        where TScorer : struct, IPointScorer
        where THops : struct, IHopSource
    {
        ef = Math.Max(ef, 1);
        int found = Math.Min(BeamWalk.Run(this, hops, scorer, ef, Math.Max(ef, results.Length), scratch), results.Length);
        var keys = scratch.Keys.Slice<ulong>(0, found);
        for (int i = 0; i < keys.Length; i++)
            results[i] = new ScoredOffset(new PointOffset((uint)keys[i] >> 1), DistanceOrder.FromKey((uint)(keys[i] >> 32)));

        return found;
    }

    private bool WalkFiltered<TScorer, TFilter>(TScorer scorer, TFilter filter, int width, GraphScratch scratch)
        where TScorer : struct, IPointScorer
        where TFilter : struct, IPointFilter
    {
        var pool = scratch.Pool;
        var visited = scratch.Visited;
        uint[] fresh = scratch.Unseen;
        scratch.RoomFor(width);
        int entered = BeamWalk.Enter(this, scorer, scratch);
        var entries = scratch.Keys.Slice<ulong>(0, entered);
        long measured = scratch.Measured;
        visited.Begin(Count);
        pool.Reset(width, Math.Max(width, Math.Min(width * WideningMax, WidenedPoolMax)));
        long tested = 0;
        long accepted = 0;
        if (Entries is null)
        {
            for (uint seed = 0; seed < SeedCount; seed++)
                OfferSeed(seed);
        }

        foreach (ulong key in entries)
            OfferSeed((uint)key >> 1);

        while (pool.TryExpand(out uint point))
        {
            scratch.Hops++;
            int count = 0;
            foreach (uint link in RoomOf(point))
            {
                if (visited.TryAdd(link))
                    fresh[count++] = link;
            }

            for (int i = 0; i < Math.Min(count, PrefetchAhead); i++)
                scorer.Prefetch(new PointOffset(fresh[i]));
            if (pool.TryPeek(out uint next))
                PrefetchLinks(next);

            for (int i = 0; i < count; i++)
            {
                if (i + PrefetchAhead < count)
                    scorer.Prefetch(new PointOffset(fresh[i + PrefetchAhead]));
                Offer(fresh[i]);
            }

            // Going on costs about as much as was spent already; a scan measures the accepted share of all points and tests the rest.
            measured += count;
            scratch.Measured = measured;
            if (measured > GiveUpFromDistances && measured > (accepted * (double)Count / tested) + (Count / TestsPerDistance))
                return false;
        }

        return true;

        void OfferSeed(uint seed)
        {
            visited.TryAdd(seed);
            Offer(seed);
            measured++;
        }

        void Offer(uint candidate)
        {
            ulong key = CandidatePool.KeyOf(candidate, scorer.Distance(new PointOffset(candidate)));
            if (!pool.Wants(key))
                return;

            bool accepts = filter.Accepts(new PointOffset(candidate));
            tested++;
            accepted += accepts ? 1 : 0;
            pool.Add(key, accepts);
        }
    }
}
