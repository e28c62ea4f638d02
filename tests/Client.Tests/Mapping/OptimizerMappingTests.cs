using VectorStore.Client.Mapping;
using Wire = VectorStore.Protocol.V1;

namespace VectorStore.Client.Tests.Mapping;

public sealed class OptimizerMappingTests
{
    private static readonly DateTimeOffset s_time = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    [Fact]
    public void Status_WithEverything_ComesWhole()
    {
        var status = OptimizerMapping.FromWire(new Wire.OptimizerStatus
        {
            State = Wire.OptimizerState.Paused,
            Current = new Wire.OptimizerJob
            {
                Kind = Wire.OptimizerJobKind.Merge,
                Segments = { 1, 2 },
                Rows = 5_000_000_000,
                Phase = Wire.OptimizerPhase.Calibrate,
                ShareDone = 0.25,
                StartedUnixMs = 1_767_323_045_678,
                ElapsedSeconds = 10.5,
                RemainingSeconds = 31.5,
            },
            WaitingToSeal = { 3, 4 },
            WaitingToMerge = { 5, 6 },
            WaitingToRebuild = { 7, 8 },
            LastFinished = new Wire.OptimizerOutcome { Kind = Wire.OptimizerJobKind.Seal, Segments = { 9 }, Rows = 7, FinishedUnixMs = 1_767_323_045_678, ElapsedSeconds = 3 },
            LastProblem = new Wire.OptimizerProblem { Kind = Wire.OptimizerJobKind.Renew, Message = "why", OccurredUnixMs = 1_767_323_045_678 },
        });
        Assert.Equal(OptimizerState.Paused, status.State);
        var job = status.Current!;
        Assert.Equal((OptimizerJobKind.Merge, 5_000_000_000, OptimizerPhase.Calibrate, 0.25), (job.Kind, job.Rows, job.Phase, job.ShareDone));
        Assert.Equal([1u, 2u], job.Segments);
        Assert.Equal((s_time, TimeSpan.FromSeconds(10.5), TimeSpan.FromSeconds(31.5)), (job.Started, job.Elapsed, job.Remaining));
        Assert.Equal([3u, 4u], status.WaitingToSeal);
        Assert.Equal([5u, 6u], status.WaitingToMerge);
        Assert.Equal([7u, 8u], status.WaitingToRebuild);
        var finished = status.LastFinished!;
        Assert.Equal((OptimizerJobKind.Seal, 7L, s_time, TimeSpan.FromSeconds(3)), (finished.Kind, finished.Rows, finished.Finished, finished.Elapsed));
        Assert.Equal([9u], finished.Segments);
        Assert.Equal(new OptimizerProblem(OptimizerJobKind.Renew, "why", s_time), status.LastProblem);
    }

    [Fact]
    public void Status_WithNothing_IsIdle()
    {
        foreach (var status in (OptimizerStatus[])[OptimizerMapping.FromWire(null), OptimizerMapping.FromWire(new Wire.OptimizerStatus { State = Wire.OptimizerState.Idle })])
        {
            Assert.Equal(OptimizerState.Idle, status.State);
            Assert.Null(status.Current);
            Assert.Empty(status.WaitingToSeal);
            Assert.Empty(status.WaitingToMerge);
            Assert.Empty(status.WaitingToRebuild);
            Assert.Null(status.LastFinished);
            Assert.Null(status.LastProblem);
        }

        Assert.Null(OptimizerMapping.FromWire(new Wire.OptimizerStatus { Current = new Wire.OptimizerJob() }).Current!.Remaining);
    }

    [Fact]
    public void Choices_HaveTheSameNamesOnTheWire()
    {
        Assert.Equal(
            Named<Wire.OptimizerState>(),
            Enum.GetValues<Wire.OptimizerState>().Skip(1).Select(state => $"{OptimizerMapping.FromWire(new Wire.OptimizerStatus { State = state }).State}"));
        Assert.Equal(Named<Wire.OptimizerPhase>(), Enum.GetValues<Wire.OptimizerPhase>().Skip(1).Select(phase => $"{JobOf(new Wire.OptimizerJob { Phase = phase }).Phase}"));
        Assert.Equal(Named<Wire.OptimizerJobKind>(), Enum.GetValues<Wire.OptimizerJobKind>().Skip(1).Select(kind => $"{JobOf(new Wire.OptimizerJob { Kind = kind }).Kind}"));
    }

    private static OptimizerJob JobOf(Wire.OptimizerJob job) => OptimizerMapping.FromWire(new Wire.OptimizerStatus { Current = job }).Current!;

    private static IEnumerable<string> Named<T>()
        where T : struct, Enum => Enum.GetNames<T>().Skip(1);
}
