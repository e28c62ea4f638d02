namespace VectorStore.Engine.Graphs.Building;

/// <summary>Which rows a graph is entered by.</summary>
/// <remarks>
/// Links lead along what lies close together, so a cluster without a seed may not be found. How many seeds that takes depends on the data; few are tried first where scanning them is all that entering costs, and
/// more where the graph does not find its own rows by them.
/// </remarks>
internal static class Seeding
{
    /// <summary>How many numbers of seeds there are to try, fewest first.</summary>
    public const int Attempts = 3;

    /// <summary>More seeds than this have a graph of their own; up to here scanning is as fast.</summary>
    public const int ScannedMax = 256;

    private const int SeedsMin = 32;

    // From here on a graph of seeds is faster than a scan of few, since it leads the walk closer to where it goes.
    private const int EnteredFromRows = 32_768;
    private const int RowsPerSeed = 64;
    private const int RowsPerSeedOnSecondAttempt = 32;
    private const int RowsPerSeedOnLastAttempt = 8;

    /// <summary>Draws seeds evenly: one at random of each stretch of the candidates.</summary>
    /// <param name="candidates">Rows, no two the same.</param>
    /// <param name="attempt">From 0, below <see cref="Attempts"/>: the later, the more seeds.</param>
    public static uint[] Draw(uint[] candidates, int attempt)
    {
        int count = Math.Min(candidates.Length, Math.Max(SeedsMin, CountFor(candidates.Length, attempt)));
        var random = new Random(candidates.Length);
        uint[] seeds = new uint[count];
        for (int i = 0; i < count; i++)
        {
            int from = (int)((long)candidates.Length * i / count);
            int to = (int)((long)candidates.Length * (i + 1) / count);
            seeds[i] = candidates[random.Next(from, to)];
        }

        return seeds;
    }

    private static int CountFor(int rows, int attempt) => attempt switch
    {
        0 when rows < EnteredFromRows => (int)Math.Sqrt(rows) / 2,
        0 => rows / RowsPerSeed,
        1 => rows / RowsPerSeedOnSecondAttempt,
        _ => rows / RowsPerSeedOnLastAttempt,
    };
}
