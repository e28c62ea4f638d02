using System.Text.Json;
using Spectre.Console;
using VectorStore.Engine;

namespace VectorStore.Cli.Output;

/// <summary>What a search did, as JSON and as a table of segments.</summary>
internal static class ExplanationOutput
{
    public static void Write(Utf8JsonWriter json, SearchExplanation explanation)
    {
        json.WriteStartObject("explanation");
        JsonOutput.WriteMeasure(json, "elapsedMs", explanation.Elapsed.TotalMilliseconds);
        JsonOutput.WriteArray(json, "segments", explanation.Segments, Write);
        json.WriteEndObject();
    }

    public static Table Table(IReadOnlyList<SegmentExplanation> segments)
    {
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn(new TableColumn("segment").NoWrap());
        table.AddColumn(new TableColumn("rows").RightAligned().NoWrap());
        table.AddColumn(new TableColumn("accepted").RightAligned().NoWrap());
        table.AddColumn("path");
        table.AddColumn("encoding");
        foreach (string column in (string[])["ef", "hops", "distances", "rescored", "recall"])
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());

        foreach (var segment in segments)
        {
            table.AddRow(
                $"{segment.Segment} {(segment.Sealed ? "sealed" : "growing")}",
                $"{segment.Rows:n0}",
                $"{segment.Accepted:n0}",
                segment.Path switch
                {
                    SearchPath.Scan => "scan",
                    SearchPath.Graph => $"graph, {Camel(segment.Profile)}",
                    SearchPath.GraphAndScan => $"graph, {Camel(segment.Profile)}, and scan",
                    SearchPath.CodeScan => "scan of codes",
                    var path => $"{path}",
                },
                Markup.Escape(segment.Encoding),
                segment.Ef == 0 ? "" : $"{segment.Ef:n0}",
                $"{segment.Hops:n0}",
                $"{segment.Distances:n0}",
                $"{segment.Rescored:n0}",
                segment.CalibratedRecall is { } recall ? $"{recall:0.000}" : "");
        }

        return table;
    }

    private static void Write(Utf8JsonWriter json, SegmentExplanation segment)
    {
        json.WriteStartObject();
        json.WriteNumber("segment", segment.Segment);
        json.WriteBoolean("sealed", segment.Sealed);
        json.WriteNumber("rows", segment.Rows);
        json.WriteNumber("accepted", segment.Accepted);
        json.WriteString("path", Camel(segment.Path));
        json.WriteString("quantization", Camel(segment.Quantization));
        json.WriteString("encoding", segment.Encoding);
        json.WriteString("profile", Camel(segment.Profile));
        json.WriteNumber("ef", segment.Ef);
        json.WriteNumber("hops", segment.Hops);
        json.WriteNumber("distances", segment.Distances);
        json.WriteNumber("rescored", segment.Rescored);
        JsonOutput.WriteMeasure(json, "calibratedRecall", segment.CalibratedRecall, 6);
        json.WriteEndObject();
    }

    private static string Camel<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
