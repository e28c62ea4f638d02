namespace VectorStore.Engine.Graphs.Building;

/// <summary>How thoroughly a graph is built, derived from the parameters users know.</summary>
/// <param name="Degree">Links per point at most.</param>
/// <param name="LeafRows">Rows of one leaf at most, all of which are compared with each other.</param>
/// <param name="Repetitions">How often the rows are divided anew.</param>
/// <param name="Fanout">In how many parts of the first division a row takes part.</param>
/// <param name="LeafNeighbours">Neighbours a row proposes in each of its leaves.</param>
/// <param name="CandidatesMax">Candidates kept per row.</param>
internal readonly record struct BuildPlan(int Degree, int LeafRows, int Repetitions, int Fanout, int LeafNeighbours, int CandidatesMax)
{
    /// <summary>A candidate is left out where a chosen neighbour is closer to it than this share of its distance to the point. Subramanya et al., DiskANN, NeurIPS 2019 (α, for squared distances).</summary>
    public const float Slack = 1.2f;

    public static BuildPlan For(int degree, int efConstruction)
    {
        int repetitions = Math.Clamp(efConstruction / 100, 1, 6);
        return new BuildPlan(
            degree,
            LeafRows: 512,
            repetitions,
            Fanout: 3,
            LeafNeighbours: Math.Clamp(degree / 2, 4, 64),
            CandidatesMax: Math.Clamp(efConstruction / 2, degree, 192));
    }
}
