using VectorStore.Engine;
using VectorStore.Server.Mapping;
using Wire = VectorStore.Protocol.V1;

namespace VectorStore.Server.Tests.Mapping;

public sealed class OptimizerStatusesTests
{
    private static readonly OptimizerStatus s_idle =
        new() { State = OptimizerState.Idle, Current = null, WaitingToSeal = [], WaitingToMerge = [], WaitingToRebuild = [], LastFinished = null, LastProblem = null };

    private static readonly DateTimeOffset s_time = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    private static readonly OptimizerJob s_job = new()
    {
        Kind = OptimizerJobKind.Merge,
        Segments = [1, 2],
        Rows = 5_000_000_000,
        Phase = OptimizerPhase.Build,
        ShareDone = 0.25,
        Started = s_time,
        Elapsed = TimeSpan.FromSeconds(10.5),
        Remaining = TimeSpan.FromSeconds(31.5),
    };

    [Fact]
    public void Status_WithEverything_GoesWhole()
    {
        var message = OptimizerStatuses.FromEngine(new OptimizerStatus
        {
            State = OptimizerState.Running,
            Current = s_job,
            WaitingToSeal = [3, 4],
            WaitingToMerge = [5, 6, 7, 8],
            WaitingToRebuild = [10, 11],
            LastFinished = new OptimizerOutcome(OptimizerJobKind.Seal, [9], 7, s_time, TimeSpan.FromSeconds(3)),
            LastProblem = new OptimizerProblem(OptimizerJobKind.Renew, "why", s_time),
        });
        Assert.Equal(
            new Wire.OptimizerStatus
            {
                State = Wire.OptimizerState.Running,
                Current = new Wire.OptimizerJob
                {
                    Kind = Wire.OptimizerJobKind.Merge,
                    Segments = { 1, 2 },
                    Rows = 5_000_000_000,
                    Phase = Wire.OptimizerPhase.Build,
                    ShareDone = 0.25,
                    StartedUnixMs = 1_767_323_045_678,
                    ElapsedSeconds = 10.5,
                    RemainingSeconds = 31.5,
                },
                WaitingToSeal = { 3, 4 },
                WaitingToMerge = { 5, 6, 7, 8 },
                WaitingToRebuild = { 10, 11 },
                LastFinished = new Wire.OptimizerOutcome { Kind = Wire.OptimizerJobKind.Seal, Segments = { 9 }, Rows = 7, FinishedUnixMs = 1_767_323_045_678, ElapsedSeconds = 3 },
                LastProblem = new Wire.OptimizerProblem { Kind = Wire.OptimizerJobKind.Renew, Message = "why", OccurredUnixMs = 1_767_323_045_678 },
            },
            message);
    }

    [Fact]
    public void Status_WithNothing_HasNothing()
    {
        Assert.Equal(new Wire.OptimizerStatus { State = Wire.OptimizerState.Idle }, OptimizerStatuses.FromEngine(s_idle));
        Assert.False(OptimizerStatuses.FromEngine(s_idle with { Current = s_job with { Remaining = null } }).Current.HasRemainingSeconds);
    }

    [Fact]
    public void Choices_OfTheEngine_AllHaveAWord()
    {
        Assert.Equal(
            Enum.GetValues<OptimizerState>().Select(state => $"{state}"),
            Enum.GetValues<OptimizerState>().Select(state => $"{OptimizerStatuses.FromEngine(s_idle with { State = state }).State}"));
        Assert.Equal(
            Enum.GetValues<OptimizerPhase>().Select(phase => $"{phase}"),
            Enum.GetValues<OptimizerPhase>().Select(phase => $"{OptimizerStatuses.FromEngine(s_idle with { Current = s_job with { Phase = phase } }).Current.Phase}"));
        Assert.Equal(
            Enum.GetValues<OptimizerJobKind>().Select(kind => $"{kind}"),
            Enum.GetValues<OptimizerJobKind>().Select(kind => $"{OptimizerStatuses.FromEngine(s_idle with { Current = s_job with { Kind = kind } }).Current.Kind}"));
    }
}
