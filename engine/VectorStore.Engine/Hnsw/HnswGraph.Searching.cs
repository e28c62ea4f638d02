using VectorStore.Engine.Distance;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Hnsw;

/// <summary>Finding the nearest points.</summary>
internal sealed partial class HnswGraph
{
    // How far the beam may widen for points that are walked through but not accepted.
    private const int WideningMax = 16;
    private const int WidenedPoolMax = 16_384;

    // A distance costs about as much as this many tests of the accept-set.
    private const int TestsPerDistance = 16;

    // Below this many distances the share of accepted points is not known well enough to give up.
    private const int GiveUpFromDistances = 1_024;

    private const int PrefetchAhead = 3;

    /// <summary>Finds the nearest accepted points, best first; of equally distant ones the newer.</summary>
    /// <param name="scorer">Measures against the query.</param>
    /// <param name="filter">Points it rejects are walked through, but are not returned.</param>
    /// <param name="ef">Width of the beam; at least as many accepted points as there are results are looked for.</param>
    /// <param name="results">Receives the nearest.</param>
    /// <param name="found">How many it received.</param>
    /// <param name="scratch">For this call alone.</param>
    /// <returns>
    /// False where the walk should be replaced by an exact scan: it found fewer than wanted, or so few points are accepted that measuring them all
    /// costs less than walking on. What was found then is right, but not all.
    /// </returns>
    /// <remarks>K-NN-SEARCH, Algorithm 5. Thread-safe beside insertions and other searches.</remarks>
    public bool TrySearch<TScorer, TFilter>(TScorer scorer, TFilter filter, int ef, Span<ScoredOffset> results, out int found, HnswScratch scratch)
        where TScorer : struct, IPointScorer
        where TFilter : struct, IPointFilter
    {
        found = 0;
        scratch.Hops = 0;
        scratch.Distances = 0;
        long entry = Volatile.Read(ref _entry);
        if (entry == 0)
            return results.IsEmpty;

        int beam = Math.Max(Math.Max(ef, results.Length), 1);
        uint start = PointOfEntry(entry);
        ulong nearest = CandidatePool.KeyOf(start, scorer.Distance(new PointOffset(start)));
        nearest = Descend(scorer, nearest, LevelOfEntry(entry), 0);

        var pool = scratch.Pool;
        pool.Reset(beam, Math.Max(beam, Math.Min(beam * WideningMax, WidenedPoolMax)));
        scratch.Visited.Begin(Room);
        scratch.Visited.TryAdd(CandidatePool.PointOf(nearest));
        pool.Add(nearest, filter.Accepts(new PointOffset(CandidatePool.PointOf(nearest))));

        bool finished = Walk(scorer, filter, 0, scratch, mayGiveUp: true);
        found = pool.CopyAccepted(results);
        return finished && found == results.Length;
    }

    /// <summary>Goes from <paramref name="nearest"/> on layer <paramref name="fromLayer"/> down to the layer above <paramref name="toLayer"/>, on each to the closest point.</summary>
    /// <remarks>SEARCH-LAYER with ef = 1. Every step makes the key smaller, so it ends.</remarks>
    private ulong Descend<TScorer>(TScorer scorer, ulong nearest, int fromLayer, int toLayer)
        where TScorer : struct, IPointScorer
    {
        for (int layer = fromLayer; layer > toLayer; layer--)
        {
            for (bool moved = true; moved;)
            {
                moved = false;
                var slots = Slots(CandidatePool.PointOf(nearest), layer);
                foreach (ref uint slot in slots)
                {
                    uint link = Volatile.Read(ref slot);
                    if (link == 0)
                        break;

                    scorer.Prefetch(new PointOffset(link - 1));
                }

                foreach (ref uint slot in slots)
                {
                    uint link = Volatile.Read(ref slot);
                    if (link == 0)
                        break;

                    ulong key = CandidatePool.KeyOf(link - 1, scorer.Distance(new PointOffset(link - 1)));
                    if (key < nearest)
                    {
                        nearest = key;
                        moved = true;
                    }
                }
            }
        }

        return nearest;
    }

    /// <summary>Expands the pool on one layer until nothing unexpanded in it is left. The pool's points are marked as visited already.</summary>
    /// <returns>False if it gave up because scanning costs less.</returns>
    /// <remarks>
    /// SEARCH-LAYER, Algorithm 2. Paper → here: ef, C and W are the pool's. We differ in one way: points the filter rejects are walked through
    /// but not returned. Cost: O(pool · M) distances.
    /// </remarks>
    private bool Walk<TScorer, TFilter>(TScorer scorer, TFilter filter, int layer, HnswScratch scratch, bool mayGiveUp)
        where TScorer : struct, IPointScorer
        where TFilter : struct, IPointFilter
    {
        var pool = scratch.Pool;
        var visited = scratch.Visited;
        uint[] fresh = scratch.Fresh;
        long measured = 0;
        long tested = 0;
        long accepted = 0;
        int hops = 0;
        bool finished = true;
        while (finished && pool.TryExpand(out uint point))
        {
            hops++;
            int count = 0;
            foreach (ref uint slot in Slots(point, layer))
            {
                uint link = Volatile.Read(ref slot);
                if (link == 0)
                    break;

                if (visited.TryAdd(link - 1))
                    fresh[count++] = link - 1;
            }

            for (int i = 0; i < Math.Min(count, PrefetchAhead); i++)
                scorer.Prefetch(new PointOffset(fresh[i]));
            if (layer == 0 && pool.TryPeek(out uint next))
                PrefetchBottomSlots(next);

            for (int i = 0; i < count; i++)
            {
                if (i + PrefetchAhead < count)
                    scorer.Prefetch(new PointOffset(fresh[i + PrefetchAhead]));

                var neighbour = new PointOffset(fresh[i]);
                ulong key = CandidatePool.KeyOf(neighbour.Value, scorer.Distance(neighbour));
                if (!pool.Wants(key))
                    continue;

                bool accepts = filter.Accepts(neighbour);
                tested++;
                accepted += accepts ? 1 : 0;
                pool.Add(key, accepts);
            }

            // Going on costs about as much as was spent already; a scan measures the accepted share of all points and tests the rest.
            measured += count;
            finished = !mayGiveUp || measured <= GiveUpFromDistances || measured <= (accepted * (double)Room / tested) + (Room / TestsPerDistance);
        }

        scratch.Hops = hops;
        scratch.Distances = measured;
        return finished;
    }
}
