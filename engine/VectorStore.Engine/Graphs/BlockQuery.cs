namespace VectorStore.Engine.Graphs;

/// <summary>What turns the sums of look-ups of one query into estimates; the tables themselves are in the <see cref="GraphScratch"/>.</summary>
/// <param name="ShiftFactor">From a block's shifts to the scorer's units.</param>
/// <param name="SumFactor">What one step of the tables is worth, in the scorer's units.</param>
/// <param name="SumOffset">What a sum of 0 is worth, in the scorer's units.</param>
/// <param name="SquareFactor">From the scorer's units to squared distances in the coordinates of the codes.</param>
/// <param name="SquareOffset">What they have in common.</param>
internal readonly record struct BlockQuery(float ShiftFactor, float SumFactor, float SumOffset, float SquareFactor, float SquareOffset)
{
    // How much of the error of the signs a neighbour is given the benefit of, as a share of the length of what is estimated: half of √(1 − 2/π), which is one standard deviation,
    // since the signs of a vector that was turned at random have a cosine of √(2/π) with it. Who is left out wrongly has other neighbours to be found from; more than this
    // measures more points and finds no more.
    private const float Benefit = 0.3f;

    /// <summary>The offset of sums for the neighbours of one point, such that a neighbour's estimate is low rather than high.</summary>
    /// <param name="distance">The distance of the point, in the scorer's units.</param>
    /// <param name="norm">What the point itself adds to its squared distance.</param>
    public float OffsetAt(float distance, float norm) =>
        SumOffset + (Benefit * ShiftFactor * MathF.Sqrt(Math.Max(0, (SquareFactor * distance) + SquareOffset + norm)));
}
