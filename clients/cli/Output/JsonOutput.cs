using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using VectorStore.Engine;

namespace VectorStore.Cli.Output;

/// <summary>One JSON value on one line of standard output.</summary>
internal static class JsonOutput
{
    // Not for a web page: umlauts and quotes stay readable.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(CliEnvironment environment, Action<Utf8JsonWriter> write)
    {
        environment.Out.WriteLine(ToText(write));
        environment.Out.Flush();
    }

    public static void WriteObject(CliEnvironment environment, Action<Utf8JsonWriter> writeProperties) => Write(environment, json =>
    {
        json.WriteStartObject();
        writeProperties(json);
        json.WriteEndObject();
    });

    public static void WriteArray<T>(CliEnvironment environment, IEnumerable<T> items, Action<Utf8JsonWriter, T> write) => Write(environment, json =>
    {
        json.WriteStartArray();
        foreach (var item in items)
            write(json, item);

        json.WriteEndArray();
    });

    public static void WriteArray<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
            write(json, item);

        json.WriteEndArray();
    }

    /// <summary>Integers are numbers, UUIDs strings.</summary>
    public static void WriteId(Utf8JsonWriter json, string name, PointId id)
    {
        if (id.Kind == PointIdKind.Integer)
            json.WriteNumber(name, id.Integer);
        else
            json.WriteString(name, id.ToString());
    }

    /// <summary>The same, in an array.</summary>
    public static void WriteIdValue(Utf8JsonWriter json, PointId id)
    {
        if (id.Kind == PointIdKind.Integer)
            json.WriteNumberValue(id.Integer);
        else
            json.WriteStringValue(id.ToString());
    }

    /// <summary>A measurement, rounded to what is worth reading; null where there is none.</summary>
    public static void WriteMeasure(Utf8JsonWriter json, string name, double? value, int decimals = 3)
    {
        if (value is { } number && double.IsFinite(number))
            json.WriteNumber(name, Math.Round(number, decimals));
        else
            json.WriteNull(name);
    }

    public static string ToText(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, s_options))
            write(json);

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
