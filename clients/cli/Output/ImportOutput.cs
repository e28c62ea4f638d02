using VectorStore.Cli.Importing;

namespace VectorStore.Cli.Output;

/// <summary>What an import did.</summary>
internal static class ImportOutput
{
    public static void WriteJson(CliEnvironment environment, string collection, ImportOptions options, ImportResult result) =>
        JsonOutput.WriteObject(environment, json =>
        {
            json.WriteString("collection", collection);
            json.WriteNumber("acknowledged", result.Acknowledged);
            JsonOutput.WriteMeasure(json, "acknowledgedSeconds", result.AcknowledgedSeconds);
            JsonOutput.WriteMeasure(json, "acknowledgedPerSecond", result.AcknowledgedPerSecond, 1);
            JsonOutput.WriteMeasure(json, "indexedSeconds", result.IndexedSeconds);
            JsonOutput.WriteMeasure(json, "indexedPerSecond", result.IndexedPerSecond, 1);
            JsonOutput.WriteMeasure(json, "sealedSeconds", result.SealedSeconds);
            json.WriteNumber("batch", options.Batch);
            json.WriteNumber("concurrency", options.Concurrency);
            json.WriteNumber("lsn", result.Lsn);
        });

    public static void WriteLines(TextWriter output, ImportResult result)
    {
        output.WriteLine($"acknowledged  {result.Acknowledged:n0} points in {Units.Duration(result.AcknowledgedSeconds)}: {result.AcknowledgedPerSecond:n0}/s");
        if (result.IndexedSeconds is { } indexed)
            output.WriteLine($"indexed       after {Units.Duration(indexed)}: {result.IndexedPerSecond:n0}/s");

        if (result.SealedSeconds is { } sealedSeconds)
            output.WriteLine($"sealed        after {Units.Duration(sealedSeconds)}");
    }
}
