using System.Text.Json;
using VectorStore.Engine;

namespace VectorStore.Cli.Output;

/// <summary>How sealed segments encode a vector and where they keep it, as JSON and for people.</summary>
internal static class IndexOutput
{
    public static void Write(Utf8JsonWriter json, VectorConfig vector)
    {
        json.WriteStartObject("quantization");
        json.WriteString("kind", Lower(vector.Quantization.Kind));
        json.WriteNumber("bits", vector.Quantization.Bits);
        json.WriteNumber("compression", vector.Quantization.Compression);
        json.WriteNumber("quantile", vector.Quantization.Quantile);
        json.WriteEndObject();
        json.WriteString("profile", Lower(vector.Profile));
        json.WriteStartObject("placement");
        json.WriteString("originals", Lower(vector.Placement.Originals));
        json.WriteString("codes", Lower(vector.Placement.Codes));
        json.WriteString("graph", Lower(vector.Placement.Graph));
        json.WriteEndObject();
        JsonOutput.WriteMeasure(json, "targetRecall", vector.TargetRecall, 6);
    }

    /// <summary>One line each for encoding, placement, and the target where there is one.</summary>
    public static IEnumerable<string> Describe(VectorConfig vector)
    {
        yield return $"encoding {Describe(vector.Quantization)}; profile {Lower(vector.Profile)}";
        yield return $"originals {Describe(vector.Placement.Originals)}, codes {Describe(vector.Placement.Codes)}, graph {Describe(vector.Placement.Graph)}";
        if (vector.TargetRecall is { } recall)
            yield return $"target recall {recall}";
    }

    /// <summary>The encoding with the numbers that count for it.</summary>
    private static string Describe(QuantizationConfig quantization) => quantization.Kind switch
    {
        QuantizationKind.Int8 => $"int8, quantile {quantization.Quantile}",
        QuantizationKind.Rotated => $"rotated, {quantization.Bits} bits",
        QuantizationKind.Product => $"product, compression {quantization.Compression}",
        var kind => Lower(kind),
    };

    private static string Describe(Placement placement) => placement == Placement.Disk ? "on disk" : "in memory";

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
