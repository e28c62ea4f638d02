using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using VectorStore.Engine;
using VectorStore.Protocol.V1;
using EngineFilter = VectorStore.Engine.Filter;
using Filter = VectorStore.Protocol.V1.Filter;

namespace VectorStore.Server.Mapping;

/// <summary>Filters. A message is written as JSON, mistakes and all, and read by the engine, so that every error reads the same however the filter came.</summary>
internal static class Filters
{
    // Mistakes are written too, and the engine says what they are.
    private static readonly JsonWriterOptions s_writerOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The filter of a request; null where it has none.</summary>
    /// <param name="message">Null: none.</param>
    /// <param name="json">Empty: none.</param>
    public static EngineFilter? ToEngine(Filter? message, ReadOnlyMemory<byte> json)
    {
        if (message is null)
            return json.IsEmpty ? null : EngineFilter.FromUtf8Json(json);
        if (!json.IsEmpty)
            throw EngineErrors.Conflict("filter", "filter", "filterJson");

        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text, s_writerOptions))
        {
            writer.WriteStartObject();
            Write(writer, message.Must, message.Should, message.MustNot);
            writer.WriteEndObject();
        }

        return EngineFilter.FromUtf8Json(text.WrittenMemory);
    }

    // Recursion is bounded: a message as deep as this one was read by a parser with a limit of 100 levels.
    private static void Write(Utf8JsonWriter writer, RepeatedField<Condition> must, RepeatedField<Condition> should, RepeatedField<Condition> mustNot)
    {
        Write(writer, "must", must);
        Write(writer, "should", should);
        Write(writer, "must_not", mustNot);
    }

    private static void Write(Utf8JsonWriter writer, string name, RepeatedField<Condition> conditions)
    {
        if (conditions.Count == 0)
            return;

        writer.WriteStartArray(name);
        foreach (var condition in conditions)
            Write(writer, condition);

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, Condition condition)
    {
        writer.WriteStartObject();
        if (condition.Key.Length > 0 || condition.Match is not null || condition.Range is not null)
            writer.WriteString("key", condition.Key);

        if (condition.Match is { } match)
        {
            writer.WritePropertyName("match");
            Write(writer, match);
        }

        if (condition.Range is { } range)
        {
            writer.WriteStartObject("range");
            Write(writer, "gt", range.HasGt, range.Gt);
            Write(writer, "gte", range.HasGte, range.Gte);
            Write(writer, "lt", range.HasLt, range.Lt);
            Write(writer, "lte", range.HasLte, range.Lte);
            writer.WriteEndObject();
        }

        Write(writer, condition.Must, condition.Should, condition.MustNot);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, bool present, double bound)
    {
        if (!present)
            return;

        writer.WritePropertyName(name);
        Write(writer, bound);
    }

    private static void Write(Utf8JsonWriter writer, Match match)
    {
        writer.WriteStartObject();
        switch (match.MatchCase)
        {
            case Match.MatchOneofCase.Value:
                writer.WritePropertyName("value");
                Write(writer, match.Value);
                break;
            case Match.MatchOneofCase.Any:
                writer.WriteStartArray("any");
                foreach (var value in match.Any.Values)
                    Write(writer, value);
                writer.WriteEndArray();
                break;
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Value value)
    {
        switch (value.KindCase)
        {
            case Value.KindOneofCase.BoolValue:
                writer.WriteBooleanValue(value.BoolValue);
                break;
            case Value.KindOneofCase.NumberValue:
                Write(writer, value.NumberValue);
                break;
            case Value.KindOneofCase.StringValue:
                writer.WriteStringValue(value.StringValue);
                break;
            case Value.KindOneofCase.StructValue:
                // Refused whatever is inside.
                writer.WriteStartObject();
                writer.WriteEndObject();
                break;
            case Value.KindOneofCase.ListValue:
                writer.WriteStartArray();
                writer.WriteEndArray();
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void Write(Utf8JsonWriter writer, double number)
    {
        // JSON has no NaN and no infinity; the engine's own type refuses them.
        _ = FilterNumber.FromDouble(number);
        Payloads.WriteNumber(writer, number);
    }
}
