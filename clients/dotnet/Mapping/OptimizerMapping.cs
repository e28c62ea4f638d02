using Wire = VectorStore.Protocol.V1;

namespace VectorStore.Client.Mapping;

/// <summary>What optimizers do.</summary>
/// <remarks>
/// On the wire a choice is one higher than here, because 0 says that there is none, which no server does. A choice that only a newer server knows comes out as a number without a name.
/// </remarks>
internal static class OptimizerMapping
{
    public static OptimizerStatus FromWire(Wire.OptimizerStatus? status)
    {
        status ??= new Wire.OptimizerStatus();
        return new OptimizerStatus
        {
            State = status.State == Wire.OptimizerState.Unspecified ? OptimizerState.Idle : (OptimizerState)((int)status.State - 1),
            Current = status.Current is { } job ? FromWire(job) : null,
            WaitingToSeal = [.. status.WaitingToSeal],
            WaitingToMerge = [.. status.WaitingToMerge],
            WaitingToRebuild = [.. status.WaitingToRebuild],
            LastFinished = status.LastFinished is { } outcome ? FromWire(outcome) : null,
            LastProblem = status.LastProblem is { } problem ? FromWire(problem) : null,
        };
    }

    private static OptimizerJob FromWire(Wire.OptimizerJob job) => new()
    {
        Kind = FromWire(job.Kind),
        Segments = [.. job.Segments],
        Rows = job.Rows,
        Phase = job.Phase == Wire.OptimizerPhase.Unspecified ? OptimizerPhase.Copy : (OptimizerPhase)((int)job.Phase - 1),
        ShareDone = job.ShareDone,
        Started = DateTimeOffset.FromUnixTimeMilliseconds(job.StartedUnixMs),
        Elapsed = TimeSpan.FromSeconds(job.ElapsedSeconds),
        Remaining = job.HasRemainingSeconds ? TimeSpan.FromSeconds(job.RemainingSeconds) : null,
    };

    private static OptimizerOutcome FromWire(Wire.OptimizerOutcome outcome) => new(
        FromWire(outcome.Kind),
        [.. outcome.Segments],
        outcome.Rows,
        DateTimeOffset.FromUnixTimeMilliseconds(outcome.FinishedUnixMs),
        TimeSpan.FromSeconds(outcome.ElapsedSeconds));

    private static OptimizerProblem FromWire(Wire.OptimizerProblem problem) =>
        new(FromWire(problem.Kind), problem.Message, DateTimeOffset.FromUnixTimeMilliseconds(problem.OccurredUnixMs));

    private static OptimizerJobKind FromWire(Wire.OptimizerJobKind kind) =>
        kind == Wire.OptimizerJobKind.Unspecified ? OptimizerJobKind.Seal : (OptimizerJobKind)((int)kind - 1);
}
