using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc.Connect.Json;

/// <summary>Reads one message from JSON into protobuf's wire format, driven by its descriptor: the canonical JSON mapping of proto3.</summary>
/// <remarks>
/// Stricter than the mapping where leniency would hide a mistake: an unknown field, a field given twice, two fields of a oneof, and an integer
/// that a double would round are refused. Every error names the place, and the field where there is one.
/// Linear in the body's length, times the depth at most.
/// </remarks>
internal sealed partial class JsonRequestReader
{
    /// <summary>Objects and arrays inside one another.</summary>
    public const int DepthMax = 64;

    // Names longer than this are cut in errors.
    private const int QuotedLengthMax = 128;

    // Beyond so many fields a message is not asked to list them in an error.
    private const int ListedFieldsMax = 16;

    private readonly ReadOnlyMemory<byte> _body;
    private readonly WireWriter _output;
    private readonly JsonPath _path = new();

    private JsonRequestReader(ReadOnlyMemory<byte> body, WireWriter output)
    {
        _body = body;
        _output = output;
    }

    /// <summary>Reads a message.</summary>
    /// <param name="body">One JSON value in UTF-8, and nothing else but space.</param>
    /// <param name="type">The message's type.</param>
    /// <param name="output">Takes the message in protobuf's format.</param>
    /// <exception cref="RpcException"><see cref="StatusCode.InvalidArgument"/>: the body is not the JSON of such a message.</exception>
    public static void Read(ReadOnlyMemory<byte> body, MessageDescriptor type, WireWriter output)
    {
        if (body.IsEmpty)
            throw new RpcException(StatusCode.InvalidArgument, "the body is empty: expected a JSON object, such as {}", JsonErrors.Malformed);

        int invalid = FindInvalidUtf8(body.Span);
        if (invalid >= 0)
            throw JsonErrors.At(body.Span, invalid, JsonErrors.Malformed, "the body is not UTF-8");

        var request = new JsonRequestReader(body, output);
        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = DepthMax });
        try
        {
            reader.Read();
            request.ReadMessage(ref reader, JsonShape.Of(type));
            reader.Read();
        }
        catch (JsonException malformed)
        {
            throw JsonErrors.Syntax(malformed);
        }
        catch (InvalidOperationException)
        {
            // What the framework's reader throws for an escape that is no character, where a text is only compared.
            throw request.UnpairedSurrogate(ref reader);
        }
    }

    /// <summary>Reads the value at which the reader is, and leaves the reader at its last token.</summary>
    private void ReadMessage(ref Utf8JsonReader reader, JsonShape shape)
    {
        switch (shape.Form)
        {
            case JsonForm.Struct:
                ReadStruct(ref reader);
                break;
            case JsonForm.Value:
                ReadValue(ref reader);
                break;
            case JsonForm.List:
                ReadList(ref reader);
                break;
            case JsonForm.Special:
                ReadSpecial(ref reader, shape.Descriptor);
                break;
            default:
                ReadFields(ref reader, shape);
                break;
        }
    }

    private void ReadFields(ref Utf8JsonReader reader, JsonShape shape)
    {
        Expect(ref reader, JsonTokenType.StartObject, "an object");
        var seen = default(FieldSet);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = FindField(ref reader, shape);
            _path.Push(field.Name);
            if (!seen.Add(field.Index))
                Fail(ref reader, JsonErrors.DuplicateField, "the field is given twice");

            reader.Read();
            if (reader.TokenType != JsonTokenType.Null || field.TakesNull)
            {
                CheckOneof(ref reader, shape, field, ref seen);
                ReadField(ref reader, field);
            }

            _path.Pop();
        }
    }

    private void ReadField(ref Utf8JsonReader reader, JsonField field)
    {
        if (field.IsMap)
        {
            ReadMap(ref reader, field);
        }
        else if (field.IsRepeated)
        {
            ReadRepeated(ref reader, field);
        }
        else
        {
            _output.WriteTag(field.Number, field.Kind);
            ReadSingle(ref reader, field);
        }
    }

    private void ReadRepeated(ref Utf8JsonReader reader, JsonField field)
    {
        Expect(ref reader, JsonTokenType.StartArray, "an array");
        bool packed = field.Kind != WireKind.Length;
        if (packed)
            _output.WriteTag(field.Number, WireKind.Length);

        int start = _output.BeginLength();
        for (int index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            // Nearly all that a vector database reads: no bookkeeping per component.
            if (field.Type == FieldType.Float && reader.TokenType == JsonTokenType.Number && reader.TryGetSingle(out float component) && float.IsFinite(component))
            {
                _output.WriteFloat(component);
                continue;
            }

            _path.PushIndex(index);
            if (reader.TokenType == JsonTokenType.Null && !field.TakesNull)
                Fail(ref reader, JsonErrors.WrongType, "null is not an element");

            if (!packed)
                _output.WriteTag(field.Number, field.Kind);

            ReadSingle(ref reader, field);
            _path.Pop();
        }

        if (packed)
            _output.EndLength(start);
    }

    private void ReadMap(ref Utf8JsonReader reader, JsonField field)
    {
        Expect(ref reader, JsonTokenType.StartObject, "an object");
        var entry = JsonShape.Of(field.Descriptor.MessageType);
        var (key, value) = (entry.Fields[0], entry.Fields[1]);
        HashSet<string>? seen = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = ReadText(ref reader);
            _path.Push(Shorten(name));
            if (!(seen ??= new HashSet<string>(StringComparer.Ordinal)).Add(name))
                Fail(ref reader, JsonErrors.DuplicateField, "the key is given twice");

            _output.WriteTag(field.Number, WireKind.Length);
            int start = _output.BeginLength();
            _output.WriteTag(key.Number, key.Kind);
            ReadMapKey(ref reader, key);
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null && !value.TakesNull)
                Fail(ref reader, JsonErrors.WrongType, "null is not a value");

            _output.WriteTag(value.Number, value.Kind);
            ReadSingle(ref reader, value);
            _output.EndLength(start);
            _path.Pop();
        }
    }

    /// <summary>A type with a form of its own is left to the library's parser, which knows them all.</summary>
    private void ReadSpecial(ref Utf8JsonReader reader, MessageDescriptor type)
    {
        long start = reader.TokenStartIndex;
        reader.Skip();
        string json = Encoding.UTF8.GetString(_body.Span[(int)start..(int)reader.BytesConsumed]);
        try
        {
            _output.Write(JsonParser.Default.Parse(json, type).ToByteArray());
        }
        catch (Exception malformed) when (malformed is IOException or InvalidOperationException or OverflowException)
        {
            throw JsonErrors.At(_body.Span, start, JsonErrors.WrongType, $"not a {type.FullName}", PathOrNull());
        }
    }

    private JsonField FindField(ref Utf8JsonReader reader, JsonShape shape)
    {
        // An escaped character takes at most six bytes.
        if (reader.ValueSpan.Length <= shape.NameLengthMax * 6)
        {
            Span<char> name = stackalloc char[reader.ValueSpan.Length];
            int length = CopyText(ref reader, name);
            if (shape.Find(name[..length]) is { } field)
                return field;
        }

        string unknown = Shorten(ReadText(ref reader));
        string known = shape.Fields.Count is > 0 and <= ListedFieldsMax ? $"; its fields are {string.Join(", ", shape.Fields.Select(field => field.JsonName))}" : "";
        _path.Push(unknown);
        throw Error(ref reader, JsonErrors.UnknownField, $"{shape.Descriptor.FullName} has no such field{known}");
    }

    private void CheckOneof(ref Utf8JsonReader reader, JsonShape shape, JsonField field, ref FieldSet seen)
    {
        if (field.Oneof is not { } oneof)
            return;

        // The first of the group that is set stands for the group: bits beyond the fields' own are the groups'.
        if (!seen.Add(shape.Fields.Count + oneof.Index))
            Fail(ref reader, JsonErrors.DuplicateField, $"only one of {string.Join(", ", oneof.Fields.Select(member => member.JsonName))} may be given");
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType expected, string what)
    {
        if (reader.TokenType != expected)
            FailType(ref reader, what);
    }

    [DoesNotReturn]
    private void FailType(ref Utf8JsonReader reader, string expected) =>
        Fail(ref reader, JsonErrors.WrongType, $"expected {expected}, got {Describe(reader.TokenType)}");

    [DoesNotReturn]
    private void Fail(ref Utf8JsonReader reader, string reason, string message) => throw Error(ref reader, reason, message);

    private RpcException Error(ref Utf8JsonReader reader, string reason, string message) =>
        JsonErrors.At(_body.Span, reader.TokenStartIndex, reason, message, PathOrNull());

    private string? PathOrNull() => _path.ToString() is { Length: > 0 } path ? path : null;

    private static string Shorten(string text) => text.Length <= QuotedLengthMax ? text : string.Concat(text.AsSpan(0, QuotedLengthMax), "…");

    private static string Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        _ => "null",
    };

    private static int FindInvalidUtf8(ReadOnlySpan<byte> body)
    {
        if (Utf8.IsValid(body))
            return -1;

        int position = 0;
        while (Rune.DecodeFromUtf8(body[position..], out _, out int consumed) == OperationStatus.Done)
            position += consumed;

        return position;
    }
}
