using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc.Connect.Json;

/// <summary>Writes a message as JSON: the canonical mapping of proto3, names in lowerCamelCase, 64-bit integers as strings.</summary>
/// <remarks>
/// Scalars and lists are written where they have their default too, so that a reader sees <c>"score": 0</c> and <c>"points": []</c>.
/// Left out are fields that know whether they are set and are not, and empty maps and <c>bytes</c>.
/// </remarks>
internal static class JsonResponseWriter
{
    // Messages inside one another. What is written comes from this server, and the engine bounds the depth of payloads.
    private const int WireDepthMax = 1000;

    // Characters beyond ASCII stay as they are: the answer is application/json in UTF-8, never a part of a web page.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes a message.</summary>
    /// <param name="wire">The message in protobuf's format, as its codec wrote it.</param>
    /// <param name="type">The message's type.</param>
    /// <param name="output">Takes the JSON.</param>
    public static void Write(ReadOnlyMemory<byte> wire, MessageDescriptor type, IBufferWriter<byte> output)
    {
        // Payloads of as many levels as the engine takes are deeper than the library reads by default.
        using var input = CodedInputStream.CreateWithLimits(new SequenceStream(new ReadOnlySequence<byte>(wire)), int.MaxValue, WireDepthMax);
        var message = type.Parser.ParseFrom(input);
        using var writer = new Utf8JsonWriter(output, s_options);
        WriteMessage(writer, message);
    }

    /// <summary>Writes a message as the next value of a larger document.</summary>
    public static void WriteMessage(Utf8JsonWriter writer, IMessage message)
    {
        switch (message)
        {
            case Struct structure:
                WriteStruct(writer, structure);
                return;
            case Value value:
                WriteValue(writer, value);
                return;
            case ListValue list:
                WriteList(writer, list);
                return;
        }

        var shape = JsonShape.Of(message.Descriptor);
        if (shape.Form == JsonForm.Special)
        {
            writer.WriteRawValue(JsonFormatter.Default.Format(message));
            return;
        }

        writer.WriteStartObject();
        foreach (var field in shape.Fields)
            WriteField(writer, message, field);

        writer.WriteEndObject();
    }

    private static void WriteField(Utf8JsonWriter writer, IMessage message, JsonField field)
    {
        var accessor = field.Descriptor.Accessor;
        if (field.HasPresence && !accessor.HasValue(message))
            return;

        object value = accessor.GetValue(message);
        if (field.IsMap)
        {
            WriteMap(writer, field, (IDictionary)value);
        }
        else if (field.IsRepeated)
        {
            writer.WritePropertyName(field.JsonName);
            WriteRepeated(writer, field, (IEnumerable)value);
        }
        else if (field.HasPresence || value is not ByteString { IsEmpty: true })
        {
            writer.WritePropertyName(field.JsonName);
            WriteSingle(writer, field, value);
        }
    }

    private static void WriteRepeated(Utf8JsonWriter writer, JsonField field, IEnumerable values)
    {
        writer.WriteStartArray();
        if (values is RepeatedField<float> components)
        {
            foreach (float component in components)
                WriteFloat(writer, component);
        }
        else
        {
            foreach (object value in values)
                WriteSingle(writer, field, value);
        }

        writer.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter writer, JsonField field, IDictionary map)
    {
        if (map.Count == 0)
            return;

        var value = JsonShape.Of(field.Descriptor.MessageType).Fields[1];
        writer.WritePropertyName(field.JsonName);
        writer.WriteStartObject();
        foreach (DictionaryEntry entry in map)
        {
            writer.WritePropertyName(entry.Key switch
            {
                string text => text,
                bool flag => flag ? "true" : "false",
                var number => Convert.ToString(number, CultureInfo.InvariantCulture)!,
            });
            WriteSingle(writer, value, entry.Value!);
        }

        writer.WriteEndObject();
    }

    private static void WriteSingle(Utf8JsonWriter writer, JsonField field, object value)
    {
        switch (value)
        {
            case IMessage message:
                WriteMessage(writer, message);
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case ByteString bytes:
                writer.WriteBase64StringValue(bytes.Span);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case float number:
                WriteFloat(writer, number);
                break;
            case double number:
                WriteDouble(writer, number);
                break;
            case long integer:
                WriteQuoted(writer, integer);
                break;
            case ulong integer:
                WriteQuoted(writer, integer);
                break;
            case uint integer:
                writer.WriteNumberValue(integer);
                break;
            default:
                WriteInt32OrEnum(writer, field, Convert.ToInt32(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static void WriteInt32OrEnum(Utf8JsonWriter writer, JsonField field, int number)
    {
        if (field.Type == FieldType.Enum && field.Descriptor.EnumType.FindValueByNumber(number) is { } known)
            writer.WriteStringValue(known.Name);
        else
            writer.WriteNumberValue(number);
    }

    private static void WriteFloat(Utf8JsonWriter writer, float number)
    {
        if (float.IsFinite(number))
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(NameOf(number));
    }

    private static void WriteDouble(Utf8JsonWriter writer, double number)
    {
        if (double.IsFinite(number))
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(NameOf(number));
    }

    private static string NameOf(double number) => double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";

    private static void WriteQuoted<T>(Utf8JsonWriter writer, T integer)
        where T : struct, IUtf8SpanFormattable
    {
        Span<byte> digits = stackalloc byte[20];
        integer.TryFormat(digits, out int length, default, CultureInfo.InvariantCulture);
        writer.WriteStringValue(digits[..length]);
    }

    private static void WriteStruct(Utf8JsonWriter writer, Struct structure)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in structure.Fields)
        {
            writer.WritePropertyName(name);
            WriteValue(writer, value);
        }

        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, ListValue list)
    {
        writer.WriteStartArray();
        foreach (var value in list.Values)
            WriteValue(writer, value);

        writer.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter writer, Value value)
    {
        switch (value.KindCase)
        {
            case Value.KindOneofCase.StructValue:
                WriteStruct(writer, value.StructValue);
                break;
            case Value.KindOneofCase.ListValue:
                WriteList(writer, value.ListValue);
                break;
            case Value.KindOneofCase.StringValue:
                writer.WriteStringValue(value.StringValue);
                break;
            case Value.KindOneofCase.BoolValue:
                writer.WriteBooleanValue(value.BoolValue);
                break;
            case Value.KindOneofCase.NumberValue:
                WriteNumber(writer, value.NumberValue);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    /// <summary>A whole number is written with all its digits, so that whoever reads it as an integer finds one.</summary>
    private static void WriteNumber(Utf8JsonWriter writer, double number)
    {
        if (Math.Abs(number) < 1e18 && number == Math.Truncate(number) && !(number == 0 && double.IsNegative(number)))
            writer.WriteNumberValue((long)number);
        else
            WriteDouble(writer, number);
    }
}
