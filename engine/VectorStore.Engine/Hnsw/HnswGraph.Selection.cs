using VectorStore.Engine.Distance;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Hnsw;

/// <summary>Choosing which points to be linked to.</summary>
internal sealed partial class HnswGraph
{
    /// <summary>Picks neighbours in all directions: from the nearest on, each that is not closer to one already picked than to the point itself.</summary>
    /// <param name="space">Makes the scorers.</param>
    /// <param name="owner">The point. Where it was inserted before, it meets itself among the candidates.</param>
    /// <param name="candidates">Keys, best first, measured against the point.</param>
    /// <param name="distanceToItself">Of the point, by which its duplicates are known.</param>
    /// <param name="chosen">Receives the neighbours, at most as many as fit.</param>
    /// <returns>How many it received.</returns>
    /// <remarks>
    /// SELECT-NEIGHBORS-HEURISTIC, Algorithm 4, with extendCandidates and keepPrunedConnections off. We differ in two ways: fewer candidates than fit are all taken,
    /// and duplicates of the point get half of the room at most, so that a crowd of equal vectors stays linked to the rest of the world.
    /// </remarks>
    private static int SelectNeighbours<TSpace, TScorer>(TSpace space, uint owner, ReadOnlySpan<ulong> candidates, float distanceToItself, Span<uint> chosen)
        where TSpace : struct, IPointSpace<TScorer>
        where TScorer : struct, IPointScorer
    {
        bool takeAll = candidates.Length <= chosen.Length;
        int count = 0;
        int twins = 0;
        foreach (ulong candidate in candidates)
        {
            if (count == chosen.Length)
                break;

            uint point = CandidatePool.PointOf(candidate);
            if (point == owner)
                continue;

            float distance = CandidatePool.DistanceOf(candidate);
            if (!takeAll)
            {
                if (distance == distanceToItself && ++twins > chosen.Length / 2)
                    continue;
                if (IsCloserToOneOf(space.ScorerFor(new PointOffset(point)), chosen[..count], distance))
                    continue;
            }

            chosen[count++] = point;
        }

        return count;
    }

    private static bool IsCloserToOneOf<TScorer>(TScorer scorer, ReadOnlySpan<uint> chosen, float distance)
        where TScorer : struct, IPointScorer
    {
        foreach (uint neighbour in chosen)
        {
            if (scorer.Distance(new PointOffset(neighbour)) < distance)
                return true;
        }

        return false;
    }
}
