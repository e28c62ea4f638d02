using VectorStore.Engine;

namespace VectorStore.Cli.Tests.Support;

/// <summary>What searches could have done in a segment.</summary>
internal static class ExplanationExamples
{
    public static SegmentExplanation Sealed { get; } = new()
    {
        Segment = 3,
        Sealed = true,
        Rows = 60_000,
        Accepted = 59_000,
        Path = SearchPath.Graph,
        Quantization = QuantizationKind.Projected,
        Encoding = "projected: 120 of 784 dimensions, 8 bits, 128 bytes a vector",
        Profile = IndexProfile.Turbo,
        Ef = 64,
        Rescored = 20,
        Hops = 70,
        Distances = 1_500,
        CalibratedRecall = 0.971,
    };

    public static SegmentExplanation Growing { get; } = new()
    {
        Segment = 4,
        Sealed = false,
        Rows = 20_000,
        Accepted = 19_500,
        Path = SearchPath.GraphAndScan,
        Quantization = QuantizationKind.None,
        Encoding = "float32",
        Profile = IndexProfile.Compact,
        Ef = 100,
        Rescored = 0,
        Hops = 120,
        Distances = 4_321,
    };
}
