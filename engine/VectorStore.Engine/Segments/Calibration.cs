namespace VectorStore.Engine.Segments;

/// <summary>What a sealed index was measured to find with how much effort. Immutable; see docs/tuning.md.</summary>
/// <param name="Queries">How many sample queries it was measured with.</param>
/// <param name="Levels">Ascending by results wanted; at least one.</param>
internal sealed record Calibration(int Queries, CalibrationLevel[] Levels)
{
    /// <summary>The setting for a number of results and a target. Between two levels it lies between theirs; beyond the last it grows in proportion.</summary>
    /// <remarks>Fewer results than the first level has are searched for with the effort of the first: the nearest of all are found most easily.</remarks>
    public CalibratedSetting Choose(double target, int wanted)
    {
        int next = 0;
        while (next < Levels.Length && Levels[next].Wanted < wanted)
            next++;

        if (next == 0)
            return Levels[0].Cheapest(target);

        var below = Levels[next - 1];
        var less = below.Cheapest(target);
        if (next == Levels.Length)
        {
            double times = wanted / (double)below.Wanted;
            return less with { Ef = Ceiling(less.Ef * times), Candidates = Ceiling(less.Candidates * times) };
        }

        var more = Levels[next].Cheapest(target);
        double share = (wanted - below.Wanted) / (double)(Levels[next].Wanted - below.Wanted);
        return new CalibratedSetting(
            Ceiling(less.Ef + (share * (more.Ef - less.Ef))),
            Ceiling(less.Candidates + (share * (more.Candidates - less.Candidates))),
            Math.Min(less.Recall, more.Recall),
            Math.Max(less.Nanoseconds, more.Nanoseconds));
    }

    private static int Ceiling(double value) => (int)Math.Min(Math.Ceiling(value), int.MaxValue);
}
