using System.Text.Json;
using Spectre.Console;
using VectorStore.Cli.Searching;
using VectorStore.Engine;

namespace VectorStore.Cli.Output;

/// <summary>Answers of searches as JSON, tables and pictures.</summary>
internal static class SearchOutput
{
    public static void WriteAnswers(CliEnvironment environment, SingleAnswer answer, double tookMs) =>
        JsonOutput.WriteObject(environment, json =>
        {
            JsonOutput.WriteArray(json, "results", answer.Points, PointOutput.Write);
            JsonOutput.WriteMeasure(json, "tookMs", tookMs);
            if (answer.Explanation is { } explanation)
                ExplanationOutput.Write(json, explanation);
        });

    public static void ShowAnswers(CliEnvironment environment, SearchOptions options, float[] query, SingleAnswer answer, double tookMs)
    {
        var answers = answer.Points;
        if (options.Picture is { } size)
            DrawAnswers(environment.Console, options.VectorName, size, query, answers);

        // Drawn vectors were fetched for the drawing; the table shows them only where asked for.
        environment.Console.Write(PointOutput.Table(options.WithVectors ? answers : [.. answers.Select(answer => answer with { Vectors = null })]));
        environment.Out.WriteLine($"{answers.Count} found in {tookMs:0.00} ms");
        if (answer.Explanation is not { } explanation)
            return;

        environment.Console.Write(ExplanationOutput.Table(explanation.Segments));
        environment.Out.WriteLine($"{explanation.Segments.Count} segments searched in {explanation.Elapsed.TotalMilliseconds:0.000} ms");
    }

    public static void DrawAnswers(IAnsiConsole console, string vectorName, PictureSize size, float[] query, IReadOnlyList<ScoredPoint> answers)
    {
        var neighbours = answers
            .Where(answer => answer.Vectors?.ContainsKey(vectorName) == true)
            .Select(answer => new Picture(answer.Vectors![vectorName], $"{answer.Id}: {answer.Score:0.##}"));
        PictureStrip.Draw(console, size, [new Picture(query, "query"), .. neighbours]);
    }

    public static void WriteRun(CliEnvironment environment, SearchOptions options, QueryRun run, int threads, double? recall) =>
        JsonOutput.WriteObject(environment, json => WriteRunProperties(json, options, run, threads, recall));

    public static void ShowRun(CliEnvironment environment, SearchOptions options, QueryRun run, int threads, double? recall)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumn("what").AddColumn(new TableColumn("value").RightAligned());
        table.AddRow("queries", $"{run.Answers.Length:n0}, {threads} at a time");
        table.AddRow("beam", options.Exact ? "exact" : EffectiveEf(options) is { } ef ? $"ef {ef}" : $"as target recall {EffectiveTargetRecall(options)} needs");
        if (options.Oversampling is { } oversampling)
            table.AddRow("oversampling", $"{oversampling}");
        if (!options.Rescore)
            table.AddRow("rescoring", "none: scores are estimates");

        table.AddRow($"recall@{options.Limit}", recall is { } value ? $"{value:0.0000}" : "not measured");
        table.AddRow("throughput", $"{run.QueriesPerSecond:n0} queries/s");
        foreach (double percent in (double[])[50, 95, 99])
            table.AddRow($"p{percent:0}", $"{run.Latencies.PercentileMs(percent):0.000} ms");

        environment.Console.Write(table);
    }

    private static void WriteRunProperties(Utf8JsonWriter json, SearchOptions options, QueryRun run, int threads, double? recall)
    {
        json.WriteString("collection", options.Collection);
        json.WriteString("vector", options.VectorName);
        json.WriteNumber("queries", run.Answers.Length);
        json.WriteNumber("limit", options.Limit);
        JsonOutput.WriteMeasure(json, "ef", EffectiveEf(options));
        JsonOutput.WriteMeasure(json, "targetRecall", EffectiveTargetRecall(options), 6);
        JsonOutput.WriteMeasure(json, "oversampling", options.Oversampling);
        json.WriteBoolean("rescore", options.Rescore);
        json.WriteBoolean("exact", options.Exact);
        json.WriteBoolean("withPayload", options.WithPayload);
        json.WriteNumber("threads", threads);
        JsonOutput.WriteMeasure(json, "recall", recall, 6);
        JsonOutput.WriteMeasure(json, "qps", run.QueriesPerSecond, 1);
        JsonOutput.WriteMeasure(json, "meanMs", run.Latencies.MeanMs, 4);
        JsonOutput.WriteMeasure(json, "p50Ms", run.Latencies.PercentileMs(50), 4);
        JsonOutput.WriteMeasure(json, "p95Ms", run.Latencies.PercentileMs(95), 4);
        JsonOutput.WriteMeasure(json, "p99Ms", run.Latencies.PercentileMs(99), 4);
        JsonOutput.WriteMeasure(json, "maxMs", run.Latencies.MaxMs, 4);
        JsonOutput.WriteMeasure(json, "seconds", run.Seconds);
    }

    /// <summary>Null where a target decides.</summary>
    private static int? EffectiveEf(SearchOptions options) =>
        options.Ef ?? (EffectiveTargetRecall(options) is null ? options.VectorConfig.Hnsw.EfSearch : null);

    /// <summary>Null where a width decides.</summary>
    private static double? EffectiveTargetRecall(SearchOptions options) => options.Ef is null ? options.TargetRecall ?? options.VectorConfig.TargetRecall : null;
}
