namespace VectorStore.Benchmarks.Search.Sweeping;

/// <summary>How the width of the beam is varied and how long each is measured.</summary>
internal sealed record SweepSettings
{
    /// <summary>Timed passes of each setting.</summary>
    public const int Passes = 3;

    /// <summary>Neighbours per query.</summary>
    public int K { get; init; } = 10;

    /// <summary>Widths of the beam, ascending: steps of a fifth, so that what lies between two of them is known well. Ours may be narrower than the answer is long; peers begin at <see cref="K"/>.</summary>
    public IReadOnlyList<int> Efs { get; init; } =
        [4, 5, 6, 8, 10, 12, 14, 17, 20, 24, 28, 34, 40, 48, 57, 68, 80, 96, 115, 140, 170, 200, 240, 290, 350, 420, 500, 600, 720, 860, 1000];

    /// <summary>The widths that mean something to engines whose beam is never narrower than the answer; <see cref="K"/> where all are below.</summary>
    public IReadOnlyList<int> EfsOfPeers => Efs.Any(ef => ef >= K) ? [.. Efs.Where(ef => ef >= K)] : [K];

    /// <summary>Once recall has reached this, wider beams show nothing new. Above 1: all widths are measured.</summary>
    public double RecallEnough { get; init; } = 0.9997;

    /// <summary>Least time of a timed pass: few queries are repeated until it is over.</summary>
    public double PassSeconds { get; init; } = 0.2;

    /// <summary>Searching before anything is measured, until methods are compiled for good.</summary>
    public double WarmUpSeconds { get; init; } = 3;
}
