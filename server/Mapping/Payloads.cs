using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using VectorStore.Engine;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Mapping;

/// <summary>Payloads as JSON text and as Struct.</summary>
internal static class Payloads
{
    /// <summary>Up to here every integer is a double.</summary>
    public const double ExactIntegerMax = 9_007_199_254_740_992;

    // A payload that is deeper is refused by the engine: what is below the first level too many need not be looked at.
    private const int DepthWritten = Payload.DepthMax + 1;

    private static readonly JsonWriterOptions s_writerOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The payload of a point; null where it has none.</summary>
    /// <param name="json">Empty: none.</param>
    /// <param name="message">Null: none.</param>
    /// <param name="index">Of the point in its request, for errors.</param>
    public static Payload? ToEngine(ReadOnlyMemory<byte> json, Struct? message, int index)
    {
        if (message is null && json.IsEmpty)
            return null;
        if (message is not null && !json.IsEmpty)
            throw EngineErrors.Conflict($"points[{index}]", "payload", "payloadJson");

        try
        {
            return message is null ? Payload.FromUtf8Json(json.Span) : FromStruct(message);
        }
        catch (InvalidRequestException refused)
        {
            throw EngineErrors.Invalid(refused.Reason, $"points[{index}].{refused.Field}", refused.Message);
        }
        catch (RpcException refused)
        {
            throw new RpcException(refused.Code, refused.Message, refused.Reason, $"points[{index}].{refused.Field}", refused);
        }
    }

    /// <remarks>Keys are written in ordinal order: a Struct has none of its own, and two clients, or two tries of one, may send two.</remarks>
    public static Payload FromStruct(Struct message)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text, s_writerOptions))
            Write(writer, message, depth: 1);

        return Payload.FromUtf8Json(text.WrittenSpan);
    }

    /// <remarks>Numbers become doubles; one beyond the largest double becomes the largest.</remarks>
    public static Struct ToStruct(Payload payload)
    {
        var reader = new Utf8JsonReader(payload.Utf8Json.Span);
        reader.Read();
        return ReadStruct(ref reader);
    }

    /// <summary>A finite number: without a fraction and up to 2⁵³ as an integer, so that it is one for filters and for people.</summary>
    public static void WriteNumber(Utf8JsonWriter writer, double number)
    {
        if (Math.Abs(number) <= ExactIntegerMax && Math.Floor(number) == number)
            writer.WriteNumberValue((long)number);
        else
            writer.WriteNumberValue(number);
    }

    private static void Write(Utf8JsonWriter writer, Struct message, int depth)
    {
        writer.WriteStartObject();
        if (depth <= DepthWritten)
        {
            foreach (var (key, value) in message.Fields.OrderBy(field => field.Key, StringComparer.Ordinal))
            {
                writer.WritePropertyName(key);
                Write(writer, value, depth);
            }
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Value value, int depth)
    {
        switch (value.KindCase)
        {
            case Value.KindOneofCase.NullValue:
                writer.WriteNullValue();
                break;
            case Value.KindOneofCase.BoolValue:
                writer.WriteBooleanValue(value.BoolValue);
                break;
            case Value.KindOneofCase.NumberValue when double.IsFinite(value.NumberValue):
                WriteNumber(writer, value.NumberValue);
                break;
            case Value.KindOneofCase.NumberValue:
                throw Invalid($"a number is {value.NumberValue}, which JSON cannot hold");
            case Value.KindOneofCase.StringValue:
                writer.WriteStringValue(value.StringValue);
                break;
            case Value.KindOneofCase.StructValue:
                Write(writer, value.StructValue, depth + 1);
                break;
            case Value.KindOneofCase.ListValue:
                writer.WriteStartArray();
                if (depth < DepthWritten)
                {
                    foreach (var item in value.ListValue.Values)
                        Write(writer, item, depth + 1);
                }

                writer.WriteEndArray();
                break;
            default:
                throw Invalid("a value is of no kind; null is spelled out as nullValue");
        }
    }

    private static Struct ReadStruct(ref Utf8JsonReader reader)
    {
        var message = new Struct();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string key = reader.GetString()!;
            reader.Read();
            message.Fields[key] = ReadValue(ref reader);
        }

        return message;
    }

    // Recursion is bounded: a stored payload is at most Payload.DepthMax deep.
    private static Value ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return Value.ForStruct(ReadStruct(ref reader));
            case JsonTokenType.StartArray:
                var list = new ListValue();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    list.Values.Add(ReadValue(ref reader));
                return new Value { ListValue = list };
            case JsonTokenType.String:
                return Value.ForString(reader.GetString()!);
            case JsonTokenType.Number:
                return Value.ForNumber(Math.Clamp(reader.GetDouble(), double.MinValue, double.MaxValue));
            case JsonTokenType.True or JsonTokenType.False:
                return Value.ForBool(reader.TokenType == JsonTokenType.True);
            default:
                return Value.ForNull();
        }
    }

    private static RpcException Invalid(string what) => EngineErrors.Invalid(ErrorReason.InvalidPayload, "payload", $"the payload is refused: {what}");
}
