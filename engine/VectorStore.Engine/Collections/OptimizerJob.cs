namespace VectorStore.Engine;

/// <summary>A job of the optimizer that runs.</summary>
public sealed record OptimizerJob
{
    /// <summary>What it does.</summary>
    public required OptimizerJobKind Kind { get; init; }

    /// <summary>Numbers of the segments that it works on, oldest first; none for <see cref="OptimizerJobKind.Renew"/>.</summary>
    public required IReadOnlyList<uint> Segments { get; init; }

    /// <summary>Rows of these segments when it began, dead ones included; for <see cref="OptimizerJobKind.Renew"/> the points.</summary>
    public required long Rows { get; init; }

    /// <summary>Where it is.</summary>
    public required OptimizerPhase Phase { get; init; }

    /// <summary>About how much of it is done, 0 to 1; never falls. By time, roughly: phases take more or less of it with other vectors and other machines.</summary>
    public required double ShareDone { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>How long it has run.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>How long it will go on at the speed so far; zero where it takes longer than was expected. Null until there is something to go by.</summary>
    public required TimeSpan? Remaining { get; init; }
}
