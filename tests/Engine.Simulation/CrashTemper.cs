namespace VectorStore.Engine.Simulation;

/// <summary>How one loss of power treats what was not synced: from everything lost to everything kept, in grains of a sector or a page.</summary>
/// <param name="DataKept">Probability that a grain of data got further than the last sync.</param>
/// <param name="LengthKept">Probability that the length of a file did.</param>
/// <param name="EntryKept">Probability that a change to a directory reached the disk.</param>
/// <param name="GrainBytes">Data is kept or lost in units of this size.</param>
internal sealed record CrashTemper(double DataKept, double LengthKept, double EntryKept, int GrainBytes)
{
    private const int SectorBytes = 512;

    // The extremes are drawn often: they are the ones that simple bugs show up in.
    private static readonly double[] s_probabilities = [0, 0, 0.1, 0.5, 0.9, 1, 1];

    public static CrashTemper Draw(Random random) => new(
        s_probabilities[random.Next(s_probabilities.Length)],
        s_probabilities[random.Next(s_probabilities.Length)],
        s_probabilities[random.Next(s_probabilities.Length)],
        random.Next(2) == 0 ? SectorBytes : SparseBytes.PageBytes);
}
