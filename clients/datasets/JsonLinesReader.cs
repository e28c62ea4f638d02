using System.Text.Json;
using System.Text.Unicode;
using VectorStore.Datasets.Formats;
using VectorStore.Engine;

namespace VectorStore.Datasets;

/// <summary>Reads points from lines like <c>{"id": 7, "vector": [0.1, …], "payload": {…}}</c> or with <c>"vectors": {"image": […]}</c>.</summary>
/// <remarks>Strict: an unknown key is an error, because a mistyped "payload" would lose data without a word. Not thread-safe.</remarks>
public sealed class JsonLinesReader : IDisposable
{
    private readonly LineReader _lines;

    private JsonLinesReader(LineReader lines) => _lines = lines;

    /// <summary>Path of the file.</summary>
    public string File => _lines.File;

    /// <summary>Lines read so far.</summary>
    public long RowsRead => _lines.LinesRead;

    /// <summary>Opens a file, compressed with gzip or not.</summary>
    public static JsonLinesReader Open(string path) => new(LineReader.Open(path));

    /// <summary>The next point; false at the end.</summary>
    /// <exception cref="DatasetFormatException">The line is not such an object.</exception>
    public bool TryRead(out JsonLinesPoint point)
    {
        if (!_lines.TryRead(out var line))
        {
            point = null!;
            return false;
        }

        // The JSON parser only notices bad UTF-8 when a text is taken out of it.
        if (!Utf8.IsValid(line.Span))
            throw Error("expected UTF-8, found other bytes");

        try
        {
            using var document = JsonDocument.Parse(line);
            point = Parse(document.RootElement);
            return true;
        }
        catch (JsonException exception)
        {
            throw Error($"expected a JSON object, found a syntax error at byte {exception.BytePositionInLine} of the line", exception);
        }
        catch (InvalidRequestException exception)
        {
            throw Error(exception.Message, exception);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _lines.Dispose();

    private JsonLinesPoint Parse(JsonElement line)
    {
        if (line.ValueKind != JsonValueKind.Object)
            throw Error($"expected a JSON object, found {Describe(line)}");

        PointId? id = null;
        Dictionary<string, ReadOnlyMemory<float>>? vectors = null;
        Payload? payload = null;
        foreach (var property in line.EnumerateObject())
        {
            switch (property.Name)
            {
                case "id":
                    id = ParseId(property.Value);
                    break;
                case "vector" or "vectors" when vectors is not null:
                    throw Error("expected one of \"vector\" and \"vectors\", found two");
                case "vector":
                    vectors = new(1) { [""] = ParseVector(property.Value, "vector") };
                    break;
                case "vectors":
                    vectors = ParseVectors(property.Value);
                    break;
                case "payload":
                    payload = property.Value.ValueKind == JsonValueKind.Null ? null : Payload.FromJson(property.Value.GetRawText());
                    break;
                default:
                    throw Error($"expected the keys id, vector, vectors and payload, found \"{property.Name}\"");
            }
        }

        return new JsonLinesPoint(id, vectors ?? throw Error("expected \"vector\" or \"vectors\", found neither"), payload);
    }

    private PointId ParseId(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out ulong integer))
            return integer;

        if (value.ValueKind == JsonValueKind.String && Guid.TryParseExact(value.GetString(), "D", out var uuid))
            return uuid;

        throw Error($"id: expected an unsigned 64-bit integer or a UUID in a string, found {Describe(value)}");
    }

    private Dictionary<string, ReadOnlyMemory<float>> ParseVectors(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw Error($"vectors: expected an object of arrays, found {Describe(value)}");

        var vectors = new Dictionary<string, ReadOnlyMemory<float>>();
        foreach (var property in value.EnumerateObject())
        {
            if (!vectors.TryAdd(property.Name, ParseVector(property.Value, $"vectors.{property.Name}")))
                throw Error($"vectors.{property.Name}: expected each name once, found it twice");
        }

        return vectors;
    }

    private float[] ParseVector(JsonElement value, string field)
    {
        if (value.ValueKind != JsonValueKind.Array)
            throw Error($"{field}: expected an array of numbers, found {Describe(value)}");

        float[] vector = new float[value.GetArrayLength()];
        int i = 0;
        foreach (var number in value.EnumerateArray())
        {
            if (number.ValueKind != JsonValueKind.Number || !number.TryGetSingle(out vector[i]))
                throw Error($"{field}[{i}]: expected a number, found {Describe(number)}");

            i++;
        }

        return vector;
    }

    private DatasetFormatException Error(string what, Exception? innerException = null) =>
        new(File, _lines.LineOffsetBytes, $"row {RowsRead - 1}: {what}", innerException);

    private static string Describe(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= 40 ? text : text[..40] + "…";
    }
}
