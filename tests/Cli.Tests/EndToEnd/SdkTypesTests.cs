using VectorStore.Cli.Client;
using VectorStore.Cli.Tests.Support;
using VectorStore.Engine;
using Sdk = VectorStore.Client;

namespace VectorStore.Cli.Tests.EndToEnd;

/// <summary>The client's words for the index are the engine's, one by one.</summary>
public sealed class SdkTypesTests
{
    [Fact]
    public void Enumerations_OfTheClient_HaveTheNamesAndNumbersOfTheEngine()
    {
        AssertSame<QuantizationKind, Sdk.QuantizationKind>();
        AssertSame<IndexProfile, Sdk.IndexProfile>();
        AssertSame<Placement, Sdk.Placement>();
        AssertSame<SearchPath, Sdk.SearchPath>();
        AssertSame<OptimizerState, Sdk.OptimizerState>();
        AssertSame<OptimizerJobKind, Sdk.OptimizerJobKind>();
        AssertSame<OptimizerPhase, Sdk.OptimizerPhase>();
        AssertSame<ScrubState, Sdk.ScrubState>();
    }

    [Fact]
    public void Defaults_OfTheClient_AreTheEngines()
    {
        var config = SdkTypes.ToEngine(new Sdk.CollectionInfo
        {
            Name = "c",
            Health = Sdk.CollectionHealth.Green,
            Config = Sdk.CollectionConfig.WithVector("v", 8, Sdk.Metric.Dot),
            MeasuredRecall = [new Sdk.MeasuredRecall("v", 0.98, 120)],
        });
        Assert.Equal(new VectorConfig(8, Metric.Dot), config.Config!.Vectors["v"]);
        Assert.Equal([new MeasuredRecall("v", 0.98, 120)], config.MeasuredRecall);
        var request = SdkTypes.ToSdk(new SearchRequest { Vector = default });
        Assert.Equal(new Sdk.SearchRequest { Vector = default }, request);
    }

    [Fact]
    public void Search_WithHowHardToSearch_ComesAcross()
    {
        var request = SdkTypes.ToSdk(new SearchRequest { Vector = default, Oversampling = 2.5, Rescore = false, TargetRecall = 0.95 });
        Assert.Equal((2.5, false, 0.95), (request.Oversampling, request.Rescore, request.TargetRecall));
    }

    [Fact]
    public void Explanation_OfASegment_ComesAcrossWhole()
    {
        var segment = new Sdk.SegmentExplanation
        {
            Segment = 3,
            Sealed = true,
            Rows = 60_000,
            Accepted = 59_000,
            Path = Sdk.SearchPath.Graph,
            Quantization = Sdk.QuantizationKind.Projected,
            Encoding = "projected: 120 of 784 dimensions, 8 bits, 128 bytes a vector",
            Profile = Sdk.IndexProfile.Turbo,
            Ef = 64,
            Rescored = 20,
            Hops = 70,
            Distances = 1_500,
            CalibratedRecall = 0.971,
        };
        var explanation = SdkTypes.ToEngine(new Sdk.SearchExplanation([], [segment], TimeSpan.FromMicroseconds(412)));
        Assert.Equal(ExplanationExamples.Sealed, Assert.Single(explanation.Segments));
        Assert.Equal(TimeSpan.FromMicroseconds(412), explanation.Elapsed);
    }

    [Fact]
    public void OptimizerStatus_ComesAcrossWhole()
    {
        var busy = OptimizerExamples.Busy;
        var job = busy.Current!;
        var status = SdkTypes.ToEngine(new Sdk.OptimizerStatus
        {
            State = Sdk.OptimizerState.Running,
            Current = new Sdk.OptimizerJob
            {
                Kind = Sdk.OptimizerJobKind.Merge,
                Segments = job.Segments,
                Rows = job.Rows,
                Phase = Sdk.OptimizerPhase.Build,
                ShareDone = job.ShareDone,
                Started = job.Started,
                Elapsed = job.Elapsed,
                Remaining = job.Remaining,
            },
            WaitingToSeal = busy.WaitingToSeal,
            WaitingToMerge = busy.WaitingToMerge,
            WaitingToRebuild = busy.WaitingToRebuild,
            LastFinished = new Sdk.OptimizerOutcome(Sdk.OptimizerJobKind.Seal, busy.LastFinished!.Segments, busy.LastFinished.Rows, busy.LastFinished.Finished, busy.LastFinished.Elapsed),
            LastProblem = new Sdk.OptimizerProblem(Sdk.OptimizerJobKind.Seal, busy.LastProblem!.Message, busy.LastProblem.Occurred),
        });
        Assert.Equal(busy, status);
    }

    [Fact]
    public void Snapshot_ComesAcrossWhole()
    {
        var expected = new SnapshotInfo
        {
            Name = "daily",
            CollectionName = "c",
            Problem = "none really",
            Lsn = 7,
            CreatedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            Files = 8,
            Bytes = 9,
            ArchiveBytes = 10,
            Checksum = "abc",
        };
        Assert.Equal(expected, SdkTypes.ToEngine(new Sdk.SnapshotInfo
        {
            Name = expected.Name,
            CollectionName = expected.CollectionName,
            Problem = expected.Problem,
            Lsn = expected.Lsn,
            CreatedAt = expected.CreatedAt,
            Files = expected.Files,
            Bytes = expected.Bytes,
            ArchiveBytes = expected.ArchiveBytes,
            Checksum = expected.Checksum,
        }));
    }

    private static void AssertSame<TEngine, TClient>()
        where TEngine : struct, Enum
        where TClient : struct, Enum =>
        Assert.Equal(Enum.GetValues<TEngine>().Select(value => ($"{value}", Convert.ToInt32(value))), Enum.GetValues<TClient>().Select(value => ($"{value}", Convert.ToInt32(value))));
}
