using VectorStore.Engine.Distance.Kernels;

namespace VectorStore.Engine.Graphs.Building;

/// <summary>Chooses links among candidates: near ones, in all directions.</summary>
/// <remarks>RobustPrune, Subramanya et al., DiskANN, NeurIPS 2019, Algorithm 2. Duplicates of the point get half of the room at most, so that a crowd of equal vectors stays linked to the rest.</remarks>
internal static class NeighbourSelection
{
    /// <param name="space">Compares rows.</param>
    /// <param name="owner">The row that is to be linked.</param>
    /// <param name="candidates">Keys of <see cref="CandidateLists"/>, nearest first, without the owner.</param>
    /// <param name="chosen">Receives rows; its length is the degree.</param>
    /// <param name="fill">Fill what room is left with the nearest that were left out.</param>
    /// <returns>How many were chosen.</returns>
    public static int Select<TDistance>(ByteSpace<TDistance> space, uint owner, ReadOnlySpan<ulong> candidates, Span<uint> chosen, bool fill)
        where TDistance : struct, IByteDistance
    {
        int toItself = space.Distance(owner, owner);
        int count = 0;
        int twins = 0;
        Span<bool> taken = candidates.Length <= 1_024 ? stackalloc bool[candidates.Length] : new bool[candidates.Length];
        taken.Clear();
        for (int i = 0; i < candidates.Length && count < chosen.Length; i++)
        {
            uint row = CandidateLists.RowOf(candidates[i]);
            int distance = CandidateLists.DistanceOf(candidates[i]);
            if (distance <= toItself && ++twins > chosen.Length / 2)
                continue;
            if (IsCovered(space, row, distance, chosen[..count]))
                continue;

            chosen[count++] = row;
            taken[i] = true;
        }

        for (int i = 0; fill && i < candidates.Length && count < chosen.Length; i++)
        {
            if (!taken[i] && CandidateLists.DistanceOf(candidates[i]) > toItself)
                chosen[count++] = CandidateLists.RowOf(candidates[i]);
        }

        return count;
    }

    private static bool IsCovered<TDistance>(ByteSpace<TDistance> space, uint row, int distance, ReadOnlySpan<uint> chosen)
        where TDistance : struct, IByteDistance
    {
        foreach (uint neighbour in chosen)
        {
            if (space.Distance(row, neighbour) * BuildPlan.Slack < distance)
                return true;
        }

        return false;
    }
}
