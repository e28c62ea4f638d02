using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;
using VectorStore.Server.Mapping;

namespace VectorStore.Server.Tests.Mapping;

public sealed class IndexConfigsTests
{
    [Fact]
    public void Choices_OfTheEngine_EachTravelUnderTheirOwnName()
    {
        foreach (var kind in Enum.GetValues<Engine.QuantizationKind>())
        {
            var message = new QuantizationConfig { Kind = IndexConfigs.FromEngine(kind) };
            Assert.Equal($"{kind}", $"{message.Kind}");
            Assert.Equal(kind, IndexConfigs.ToEngine(message, "f").Kind);
        }

        foreach (var profile in Enum.GetValues<Engine.IndexProfile>())
        {
            Assert.Equal($"{profile}", $"{IndexConfigs.FromEngine(profile)}");
            Assert.Equal(profile, IndexConfigs.ToEngine(IndexConfigs.FromEngine(profile), "f"));
        }

        foreach (var placement in Enum.GetValues<Engine.Placement>())
        {
            var message = IndexConfigs.FromEngine(new Engine.PlacementConfig { Originals = placement });
            Assert.Equal($"{placement}", $"{message.Originals}");
            Assert.Equal(placement, IndexConfigs.ToEngine(message, "f").Originals);
        }
    }

    [Fact]
    public void Placement_OfEachPart_StaysWithIt()
    {
        foreach (int disk in (int[])[0, 1, 2])
        {
            Engine.Placement Place(int part) => part == disk ? Engine.Placement.Disk : Engine.Placement.Memory;
            var config = new Engine.PlacementConfig { Originals = Place(0), Codes = Place(1), Graph = Place(2) };
            Assert.Equal(config, IndexConfigs.ToEngine(IndexConfigs.FromEngine(config), "f"));
        }
    }

    [Fact]
    public void Numbers_OfAnEncoding_ComeBack()
    {
        var config = new Engine.QuantizationConfig { Kind = Engine.QuantizationKind.Product, Bits = 2, Compression = 64, Quantile = 0.95 };
        Assert.Equal(config, IndexConfigs.ToEngine(IndexConfigs.FromEngine(config), "f"));

        // A zero that is there is judged, not replaced by the default.
        var zeros = IndexConfigs.ToEngine(new QuantizationConfig { Bits = 0, Compression = 0, Quantile = 0 }, "f");
        Assert.Equal((0, 0, 0d), (zeros.Bits, zeros.Compression, zeros.Quantile));
    }

    [Fact]
    public void WhatIsAbsentOrUnspecified_GetsTheDefaultOfTheEngine()
    {
        var defaults = new Engine.VectorConfig(1, Engine.Metric.Dot);
        Assert.Equal(defaults.Quantization, IndexConfigs.ToEngine(null as QuantizationConfig, "f"));
        Assert.Equal(defaults.Quantization, IndexConfigs.ToEngine(new QuantizationConfig(), "f"));
        Assert.Equal(defaults.Profile, IndexConfigs.ToEngine(IndexProfile.Unspecified, "f"));
        Assert.Equal(defaults.Placement, IndexConfigs.ToEngine(null as PlacementConfig, "f"));
        Assert.Equal(defaults.Placement, IndexConfigs.ToEngine(new PlacementConfig(), "f"));
    }

    [Fact]
    public void ChoicesThatNobodyKnows_AreRefusedByTheirField()
    {
        AssertRefused("f.kind", "f.kind: unknown quantization 77", () => IndexConfigs.ToEngine(new QuantizationConfig { Kind = (QuantizationKind)77 }, "f"));
        AssertRefused("f", "f: unknown profile 77", () => IndexConfigs.ToEngine((IndexProfile)77, "f"));
        AssertRefused("f", "f: unknown placement", () => IndexConfigs.ToEngine(new PlacementConfig { Graph = (Placement)77 }, "f"));
    }

    private static void AssertRefused(string field, string message, Func<object> map)
    {
        var refused = Assert.Throws<RpcException>(() => map());
        Assert.Equal((StatusCode.InvalidArgument, "INVALID_CONFIGURATION", field, message), (refused.Code, refused.Reason, refused.Field, refused.Message));
    }
}
