using VectorStore.Engine.Collections;
using VectorStore.Engine.Tests.Wal;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>How far a job is said to be, on a clock that stands still.</summary>
public sealed class OptimizerRunTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly OptimizerRun _run;

    public OptimizerRunTests() => _run = new OptimizerRun(OptimizerJobKind.Merge, [3, 4], 1_000, _time);

    [Fact]
    public void Remaining_IsWhatTheSpeedSoFarLeaves_AndCountsDown()
    {
        Assert.Null(_run.ToJob().Remaining);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(_run.ToJob().Remaining);
        _run.Report(OptimizerPhase.Build, 0.25);
        Assert.Equal(30, _run.ToJob().Remaining!.Value.TotalSeconds, 1e-6);

        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(25, _run.ToJob().Remaining!.Value.TotalSeconds, 1e-6);
        Assert.Equal(15, _run.ToJob().Elapsed.TotalSeconds);
        _run.Report(OptimizerPhase.Build, 0.75);
        Assert.Equal(5, _run.ToJob().Remaining!.Value.TotalSeconds, 1e-6);

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.Zero, _run.ToJob().Remaining);
    }

    [Fact]
    public void Remaining_WithTooLittleToGoBy_IsNotGuessed()
    {
        _run.Report(OptimizerPhase.Copy, 0.5);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Null(_run.ToJob().Remaining);

        var slow = new OptimizerRun(OptimizerJobKind.Seal, [1], 1, _time);
        _time.Advance(TimeSpan.FromSeconds(60));
        slow.Report(OptimizerPhase.Encode, 0.001);
        Assert.Null(slow.ToJob().Remaining);
    }

    [Fact]
    public void Reports_OutOfOrder_DoNotTurnItBack()
    {
        _run.Report(OptimizerPhase.Build, 0.5);
        _run.Report(OptimizerPhase.Copy, 0.1);
        Assert.Equal((OptimizerPhase.Build, 0.5), (_run.ToJob().Phase, _run.ToJob().ShareDone));
        _run.Report(OptimizerPhase.Write, 1.5);
        Assert.Equal(1, _run.ToJob().ShareDone);
    }

    [Fact]
    public void Monitor_TellsWhatRanAndWhatRuns()
    {
        var monitor = new OptimizerMonitor(_time);
        Assert.Equal((OptimizerState.Idle, true, true), Describe(monitor.ToStatus(isPaused: false, [], [], [])));

        var run = monitor.Begin(OptimizerJobKind.Seal, [7], 50);
        var status = monitor.ToStatus(isPaused: false, [7, 8], [7, 9], [6, 7]);
        Assert.Equal(OptimizerState.Running, status.State);
        Assert.Equal([8u], status.WaitingToSeal);
        Assert.Empty(status.WaitingToMerge);
        Assert.Equal([6u], status.WaitingToRebuild);
        Assert.Equal([5u, 9u], monitor.ToStatus(isPaused: false, [7, 8], [5, 9], []).WaitingToMerge);
        Assert.Equal(OptimizerState.Paused, monitor.ToStatus(isPaused: true, [], [], []).State);

        _time.Advance(TimeSpan.FromSeconds(3));
        monitor.Finish(run);
        status = monitor.ToStatus(isPaused: false, [], [], []);
        Assert.Null(status.Current);
        Assert.Equal((OptimizerJobKind.Seal, 50L, TimeSpan.FromSeconds(3)), (status.LastFinished!.Kind, status.LastFinished.Rows, status.LastFinished.Elapsed));

        monitor.Fail(monitor.Begin(OptimizerJobKind.Merge, [1], 1), "why");
        monitor.Begin(OptimizerJobKind.Merge, [1], 1);
        monitor.Stop();
        status = monitor.ToStatus(isPaused: false, [], [], []);
        Assert.Equal((OptimizerJobKind.Merge, "why"), (status.LastProblem!.Kind, status.LastProblem.Message));
        Assert.Equal(OptimizerJobKind.Seal, status.LastFinished!.Kind);
    }

    private static (OptimizerState State, bool HasNotFinished, bool HasNotFailed) Describe(OptimizerStatus status) =>
        (status.State, status.LastFinished is null, status.LastProblem is null);
}
