using System.Text.Json;
using Spectre.Console;
using VectorStore.Engine;

namespace VectorStore.Cli.Output;

/// <summary>Points as JSON and as tables.</summary>
internal static class PointOutput
{
    private const int NumbersShown = 6;

    public static void Write(Utf8JsonWriter json, RetrievedPoint point)
    {
        json.WriteStartObject();
        JsonOutput.WriteId(json, "id", point.Id);
        WriteContent(json, point.Payload, point.Vectors, point.Lsn);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, ScoredPoint point)
    {
        json.WriteStartObject();
        JsonOutput.WriteId(json, "id", point.Id);
        json.WriteNumber("score", point.Score);
        WriteContent(json, point.Payload, point.Vectors, point.Lsn);
        json.WriteEndObject();
    }

    public static Table Table(IReadOnlyList<RetrievedPoint> points)
    {
        bool withVectors = points.Any(point => point.Vectors is not null);
        var table = NewTable(["id"], withVectors);
        foreach (var point in points)
            table.AddRow([point.Id.ToString(), .. Content(point.Payload, point.Vectors, withVectors)]);

        return table;
    }

    public static Table Table(IReadOnlyList<ScoredPoint> points)
    {
        bool withVectors = points.Any(point => point.Vectors is not null);
        var table = NewTable(["id", "score"], withVectors);
        foreach (var point in points)
            table.AddRow([point.Id.ToString(), $"{point.Score:0.####}", .. Content(point.Payload, point.Vectors, withVectors)]);

        return table;
    }

    private static Table NewTable(string[] numbers, bool withVectors)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (string column in numbers)
            table.AddColumn(new TableColumn(column).RightAligned());

        table.AddColumn("payload");
        if (withVectors)
            table.AddColumn("vectors");

        return table;
    }

    private static IEnumerable<string> Content(Payload? payload, IReadOnlyDictionary<string, float[]>? vectors, bool withVectors)
    {
        yield return Markup.Escape(payload?.ToString() ?? "");
        if (withVectors)
            yield return Markup.Escape(string.Join("; ", (vectors ?? new Dictionary<string, float[]>()).Select(vector => $"{vector.Key} {Shorten(vector.Value)}")));
    }

    private static string Shorten(float[] vector) =>
        vector.Length <= NumbersShown
            ? $"[{string.Join(", ", vector.Select(value => $"{value:0.####}"))}]"
            : $"[{string.Join(", ", vector.Take(NumbersShown).Select(value => $"{value:0.####}"))}, … {vector.Length} numbers]";

    private static void WriteContent(Utf8JsonWriter json, Payload? payload, IReadOnlyDictionary<string, float[]>? vectors, ulong lsn)
    {
        json.WritePropertyName("payload");
        if (payload is null)
            json.WriteNullValue();
        else
            json.WriteRawValue(payload.Utf8Json.Span, skipInputValidation: true);

        if (vectors is not null)
            WriteVectors(json, vectors);

        json.WriteNumber("lsn", lsn);
    }

    private static void WriteVectors(Utf8JsonWriter json, IReadOnlyDictionary<string, float[]> vectors)
    {
        json.WriteStartObject("vectors");
        foreach (var (name, vector) in vectors)
        {
            json.WriteStartArray(name);
            foreach (float value in vector)
                json.WriteNumberValue(value);

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
