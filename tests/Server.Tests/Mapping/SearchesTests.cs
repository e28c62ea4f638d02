using VectorStore.Protocol.Hot;
using VectorStore.Protocol.V1;
using VectorStore.Server.Mapping;

namespace VectorStore.Server.Tests.Mapping;

public sealed class SearchesTests
{
    [Fact]
    public void Search_WithoutFurtherWords_HasTheDefaultsOfTheEngine()
    {
        var request = Searches.ToEngine(new SearchMessage { Vector = new float[] { 1 } });
        Assert.Equal(new Engine.SearchRequest { Vector = request.Vector }, request);
    }

    [Fact]
    public void Search_WithHowHardToSearch_SaysSoToTheEngine()
    {
        var request = Searches.ToEngine(new SearchMessage { Oversampling = 2.5, Rescore = false, TargetRecall = 0.95 });
        Assert.Equal((2.5, false, 0.95), (request.Oversampling, request.Rescore, request.TargetRecall));
        Assert.True(Searches.ToEngine(new SearchMessage { Rescore = true }).Rescore);
    }

    [Fact]
    public void MeasuredRecall_OfACollection_IsTold()
    {
        var info = CollectionInfos.FromEngine(new Engine.CollectionInfo
        {
            Name = "c",
            Health = Engine.CollectionHealth.Green,
            MeasuredRecall = [new Engine.MeasuredRecall("a", 0.98, 120), new Engine.MeasuredRecall("b", 1, 3)],
        });
        Assert.Equal(
            [new MeasuredRecall { VectorName = "a", Recall = 0.98, Searches = 120 }, new MeasuredRecall { VectorName = "b", Recall = 1, Searches = 3 }], info.MeasuredRecall);
    }

    [Fact]
    public void Explanation_OfASegment_IsToldWhole()
    {
        var segment = new Engine.SegmentExplanation
        {
            Segment = 3,
            Sealed = true,
            Rows = 60_000,
            Accepted = 59_000,
            Path = Engine.SearchPath.GraphAndScan,
            Quantization = Engine.QuantizationKind.Projected,
            Encoding = "projected: 120 of 784 dimensions, 8 bits, 128 bytes a vector",
            Profile = Engine.IndexProfile.Turbo,
            Ef = 64,
            Rescored = 20,
            Hops = 70,
            Distances = 5_000_000_000,
            CalibratedRecall = 0.971,
        };
        var expected = new SegmentExplanation
        {
            Segment = 3,
            Sealed = true,
            Rows = 60_000,
            Accepted = 59_000,
            Path = SearchPath.GraphAndScan,
            Quantization = QuantizationKind.Projected,
            Encoding = "projected: 120 of 784 dimensions, 8 bits, 128 bytes a vector",
            Profile = IndexProfile.Turbo,
            Ef = 64,
            Rescored = 20,
            Hops = 70,
            Distances = 5_000_000_000,
            CalibratedRecall = 0.971,
        };
        Assert.Equal(expected, Explanations.FromEngine(segment));
        Assert.False(Explanations.FromEngine(segment with { CalibratedRecall = null }).HasCalibratedRecall);
        foreach (var path in Enum.GetValues<Engine.SearchPath>())
            Assert.Equal($"{path}", $"{Explanations.FromEngine(segment with { Path = path }).Path}");

        var size = new AnswerSize(1_000);
        var answer = Explanations.FromEngine(new Engine.SearchExplanation([], [segment, segment], TimeSpan.FromMilliseconds(1.5)), PayloadForm.Json, ref size);
        Assert.Equal([expected, expected], answer.Segments);
        Assert.Equal(1_500, answer.ElapsedUs);
    }
}
