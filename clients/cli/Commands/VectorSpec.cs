using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary>A vector as it is declared on the command line: <c>NAME:DIMENSION:METRIC</c>.</summary>
internal readonly record struct VectorSpec(string Name, int Dimension, Metric Metric)
{
    private const string Expected = "expected NAME:DIMENSION:METRIC with a metric of cosine, dot, euclidean or manhattan, such as image:784:euclidean";

    public static VectorSpec Parse(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length != 3 || parts[0].Length == 0 || !int.TryParse(parts[1], out int dimension) || ParseMetric(parts[2]) is not { } metric)
            throw CliException.BadInput($"--vector: {Expected}, got '{text}'", "vector");

        return new VectorSpec(parts[0], dimension, metric);
    }

    private static Metric? ParseMetric(string text) => text.ToLowerInvariant() switch
    {
        "cosine" => Metric.Cosine,
        "dot" => Metric.Dot,
        "euclidean" => Metric.Euclidean,
        "manhattan" => Metric.Manhattan,
        _ => null,
    };
}
