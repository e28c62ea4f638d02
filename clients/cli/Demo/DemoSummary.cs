using System.Text.Json;
using VectorStore.Cli.Importing;
using VectorStore.Cli.Output;
using VectorStore.Cli.Searching;

namespace VectorStore.Cli.Demo;

/// <summary>What the demo measured.</summary>
internal sealed record DemoSummary
{
    public required ImportResult Import { get; init; }

    public required QueryRun Run { get; init; }

    public required double Recall { get; init; }

    /// <summary>Share of neighbours that show the same shape as the query.</summary>
    public required double SameShape { get; init; }

    public double ReopenSeconds { get; init; }

    public long PointsAfterReopen { get; init; }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("points", Import.Acknowledged);
        JsonOutput.WriteMeasure(json, "acknowledgedPerSecond", Import.AcknowledgedPerSecond, 1);
        JsonOutput.WriteMeasure(json, "indexedPerSecond", Import.IndexedPerSecond, 1);
        json.WriteNumber("queries", Run.Answers.Length);
        JsonOutput.WriteMeasure(json, "recall", Recall, 6);
        JsonOutput.WriteMeasure(json, "sameShape", SameShape, 6);
        JsonOutput.WriteMeasure(json, "qps", Run.QueriesPerSecond, 1);
        JsonOutput.WriteMeasure(json, "p50Ms", Run.Latencies.PercentileMs(50), 4);
        JsonOutput.WriteMeasure(json, "p99Ms", Run.Latencies.PercentileMs(99), 4);
        JsonOutput.WriteMeasure(json, "reopenSeconds", ReopenSeconds);
        json.WriteNumber("pointsAfterReopen", PointsAfterReopen);
    }
}
