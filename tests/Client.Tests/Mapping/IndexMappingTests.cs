using VectorStore.Client.Mapping;
using Wire = VectorStore.Protocol.V1;

namespace VectorStore.Client.Tests.Mapping;

/// <summary>What no server of today says, or none lets one see: how searches are asked for, explanations, and words of a newer server.</summary>
public sealed class IndexMappingTests
{
    [Fact]
    public void Search_WithHowHardToSearch_SaysSo()
    {
        var plain = SearchMapping.ToMessage("c", new SearchRequest { Vector = default });
        Assert.Equal((null, null, null), (plain.Oversampling, plain.Rescore, plain.TargetRecall));
        var message = SearchMapping.ToMessage("c", new SearchRequest { Vector = default, Oversampling = 2.5, Rescore = false, TargetRecall = 0.95 });
        Assert.Equal((2.5, false, 0.95), (message.Oversampling, message.Rescore, message.TargetRecall));
    }

    [Fact]
    public void Explanation_OfASearch_ComesWhole()
    {
        var uuid = Guid.Parse("6f9619ff-8b86-d011-b42d-00c04fc964ff");
        var response = new Wire.ExplainResponse
        {
            Points = { new Wire.ScoredPoint { Uuid = $"{uuid}", Score = 0.5f, Lsn = 7 } },
            Segments =
            {
                new Wire.SegmentExplanation
                {
                    Segment = 3,
                    Sealed = true,
                    Rows = 60_000,
                    Accepted = 59_000,
                    Path = Wire.SearchPath.CodeScan,
                    Quantization = Wire.QuantizationKind.Projected,
                    Encoding = "projected",
                    Profile = Wire.IndexProfile.Turbo,
                    Ef = 64,
                    Rescored = 20,
                    Hops = 70,
                    Distances = 5_000_000_000,
                    CalibratedRecall = 0.971,
                },
                new Wire.SegmentExplanation { Path = Wire.SearchPath.Scan, Quantization = Wire.QuantizationKind.None, Profile = Wire.IndexProfile.Compact },
            },
            ElapsedUs = 1_500,
        };
        var explanation = SearchMapping.FromWire(response);
        Assert.Equal(new ScoredPoint(uuid, 0.5f, null, null, 7), Assert.Single(explanation.Points));
        Assert.Equal(TimeSpan.FromMilliseconds(1.5), explanation.Elapsed);
        Assert.Equal(
            new SegmentExplanation
            {
                Segment = 3,
                Sealed = true,
                Rows = 60_000,
                Accepted = 59_000,
                Path = SearchPath.CodeScan,
                Quantization = QuantizationKind.Projected,
                Encoding = "projected",
                Profile = IndexProfile.Turbo,
                Ef = 64,
                Rescored = 20,
                Hops = 70,
                Distances = 5_000_000_000,
                CalibratedRecall = 0.971,
            },
            explanation.Segments[0]);
        Assert.Equal((SearchPath.Scan, QuantizationKind.None, null), (explanation.Segments[1].Path, explanation.Segments[1].Quantization, explanation.Segments[1].CalibratedRecall));
    }

    [Fact]
    public void MeasuredRecall_OfACollection_Comes()
    {
        var info = CollectionMapping.FromWire(new Wire.CollectionInfo { Name = "c", MeasuredRecall = { new Wire.MeasuredRecall { VectorName = "v", Recall = 0.98, Searches = 120 } } });
        Assert.Equal([new MeasuredRecall("v", 0.98, 120)], info.MeasuredRecall);
    }

    [Fact]
    public void Choices_EachHaveOneNameOnBothSides()
    {
        foreach (var kind in Enum.GetValues<QuantizationKind>())
            Assert.Equal($"{kind}", $"{IndexMapping.ToWire(new QuantizationConfig { Kind = kind }).Kind}");
        foreach (var profile in Enum.GetValues<IndexProfile>())
            Assert.Equal($"{profile}", $"{IndexMapping.ToWire(profile)}");
        foreach (var placement in Enum.GetValues<Placement>())
            Assert.Equal($"{placement}", $"{IndexMapping.ToWire(new PlacementConfig { Graph = placement }).Graph}");
        foreach (var path in Enum.GetValues<Wire.SearchPath>().Except([Wire.SearchPath.Unspecified]))
            Assert.Equal($"{path}", $"{IndexMapping.FromWire(path)}");
    }

    [Fact]
    public void VectorOfAnOlderServer_HasTheDefaults()
    {
        var info = CollectionMapping.FromWire(new Wire.CollectionInfo
        {
            Name = "c",
            Config = new Wire.CollectionConfig { Vectors = { ["v"] = new Wire.VectorConfig { Dimension = 3, Metric = Wire.Metric.Dot } } },
        });
        Assert.Equal(new VectorConfig(3, Metric.Dot), info.Config!.Vectors["v"]);
    }

    [Fact]
    public void ChoiceOfANewerServer_IsANumberWithoutAName()
    {
        Assert.False(Enum.IsDefined(IndexMapping.FromWire((Wire.QuantizationKind)99)));
        Assert.False(Enum.IsDefined(IndexMapping.FromWire((Wire.IndexProfile)99)));
        Assert.False(Enum.IsDefined(IndexMapping.FromWire((Wire.SearchPath)99)));
    }
}
