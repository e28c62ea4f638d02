using VectorStore.Protocol.V1;
using EngineJob = VectorStore.Engine.OptimizerJob;
using EngineKind = VectorStore.Engine.OptimizerJobKind;
using EngineOutcome = VectorStore.Engine.OptimizerOutcome;
using EnginePhase = VectorStore.Engine.OptimizerPhase;
using EngineProblem = VectorStore.Engine.OptimizerProblem;
using EngineState = VectorStore.Engine.OptimizerState;
using EngineStatus = VectorStore.Engine.OptimizerStatus;

namespace VectorStore.Server.Mapping;

/// <summary>What optimizers do.</summary>
internal static class OptimizerStatuses
{
    public static OptimizerStatus FromEngine(EngineStatus status) => new()
    {
        State = status.State switch
        {
            EngineState.Idle => OptimizerState.Idle,
            EngineState.Running => OptimizerState.Running,
            EngineState.Paused => OptimizerState.Paused,
            _ => OptimizerState.Unspecified,
        },
        Current = status.Current is { } job ? FromEngine(job) : null,
        WaitingToSeal = { status.WaitingToSeal },
        WaitingToMerge = { status.WaitingToMerge },
        WaitingToRebuild = { status.WaitingToRebuild },
        LastFinished = status.LastFinished is { } outcome ? FromEngine(outcome) : null,
        LastProblem = status.LastProblem is { } problem ? FromEngine(problem) : null,
    };

    private static OptimizerJob FromEngine(EngineJob job)
    {
        var message = new OptimizerJob
        {
            Kind = FromEngine(job.Kind),
            Segments = { job.Segments },
            Rows = job.Rows,
            Phase = job.Phase switch
            {
                EnginePhase.Copy => OptimizerPhase.Copy,
                EnginePhase.Encode => OptimizerPhase.Encode,
                EnginePhase.Build => OptimizerPhase.Build,
                EnginePhase.Calibrate => OptimizerPhase.Calibrate,
                EnginePhase.Write => OptimizerPhase.Write,
                _ => OptimizerPhase.Unspecified,
            },
            ShareDone = job.ShareDone,
            StartedUnixMs = job.Started.ToUnixTimeMilliseconds(),
            ElapsedSeconds = job.Elapsed.TotalSeconds,
        };
        if (job.Remaining is { } remaining)
            message.RemainingSeconds = remaining.TotalSeconds;

        return message;
    }

    private static OptimizerOutcome FromEngine(EngineOutcome outcome) => new()
    {
        Kind = FromEngine(outcome.Kind),
        Segments = { outcome.Segments },
        Rows = outcome.Rows,
        FinishedUnixMs = outcome.Finished.ToUnixTimeMilliseconds(),
        ElapsedSeconds = outcome.Elapsed.TotalSeconds,
    };

    private static OptimizerProblem FromEngine(EngineProblem problem) =>
        new() { Kind = FromEngine(problem.Kind), Message = problem.Message, OccurredUnixMs = problem.Occurred.ToUnixTimeMilliseconds() };

    private static OptimizerJobKind FromEngine(EngineKind kind) => kind switch
    {
        EngineKind.Seal => OptimizerJobKind.Seal,
        EngineKind.Merge => OptimizerJobKind.Merge,
        EngineKind.Rebuild => OptimizerJobKind.Rebuild,
        EngineKind.Renew => OptimizerJobKind.Renew,
        _ => OptimizerJobKind.Unspecified,
    };
}
