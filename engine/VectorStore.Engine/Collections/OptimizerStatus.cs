namespace VectorStore.Engine;

/// <summary>What the optimizer of a collection, which seals, merges and rebuilds segments, does now, will do and did last. Of this process: nothing here is stored.</summary>
public sealed record OptimizerStatus
{
    /// <summary>Whether it works by itself.</summary>
    public required OptimizerState State { get; init; }

    /// <summary>The job that runs; null where none does. One at a time runs in a collection.</summary>
    public required OptimizerJob? Current { get; init; }

    /// <summary>Numbers of the segments that take no rows any more and wait to be sealed, oldest first, without that of <see cref="Current"/>.</summary>
    public required IReadOnlyList<uint> WaitingToSeal { get; init; }

    /// <summary>Numbers of the segments that the next merge would take, oldest first; empty where none is due, or while that one runs.</summary>
    public required IReadOnlyList<uint> WaitingToMerge { get; init; }

    /// <summary>Numbers of the sealed segments that are built or placed otherwise than the collection is configured now, and wait to be rebuilt, oldest first, without those of <see cref="Current"/>.</summary>
    public required IReadOnlyList<uint> WaitingToRebuild { get; init; }

    /// <summary>The last job that was finished; null before the first.</summary>
    public required OptimizerOutcome? LastFinished { get; init; }

    /// <summary>The last failure; null where there was none. It stays after the same job has succeeded: compare the times.</summary>
    public required OptimizerProblem? LastProblem { get; init; }
}
