using VectorStore.Engine;

namespace VectorStore.Cli.Tests.Support;

/// <summary>Optimizers that have something to tell.</summary>
internal static class OptimizerExamples
{
    public static OptimizerStatus Busy { get; } = new()
    {
        State = OptimizerState.Running,
        Current = new OptimizerJob
        {
            Kind = OptimizerJobKind.Merge,
            Segments = [1, 2, 3, 4],
            Rows = 240_000,
            Phase = OptimizerPhase.Build,
            ShareDone = 0.43219,
            Started = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
            Elapsed = TimeSpan.FromSeconds(61.5),
            Remaining = TimeSpan.FromSeconds(80.25),
        },
        WaitingToSeal = [6, 7],
        WaitingToMerge = [],
        WaitingToRebuild = [8, 9],
        LastFinished = new OptimizerOutcome(OptimizerJobKind.Seal, [5], 60_000, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), TimeSpan.FromSeconds(12)),
        LastProblem = new OptimizerProblem(OptimizerJobKind.Seal, "no space [left]", new DateTimeOffset(2026, 1, 2, 3, 0, 0, TimeSpan.Zero)),
    };
}
