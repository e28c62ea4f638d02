using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace VectorStore.Engine;

/// <summary>The JSON object stored with a point. Immutable and validated: whoever holds one may store it. Thread-safe.</summary>
/// <remarks>
/// Kept as compact UTF-8: white space is dropped and strings are escaped in one way, but the order of the keys and the text of every number
/// stay as they were given, so <c>1.50</c> and integers of any length come back unchanged. Two payloads are equal as objects only where they are
/// the same instance.
/// </remarks>
public sealed class Payload
{
    /// <summary>The most bytes a payload may have as compact UTF-8 JSON: 1 MiB.</summary>
    public const int BytesMax = 1024 * 1024;

    /// <summary>The most objects and arrays inside one another, the payload itself included.</summary>
    public const int DepthMax = 32;

    /// <summary>The most keys in a payload, those of nested objects included.</summary>
    public const int KeysMax = 1000;

    private const string Field = "payload";

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // One level more than is allowed, so that it is our check that refuses the level and can say so.
    private static readonly JsonReaderOptions s_readerOptions = new() { MaxDepth = DepthMax + 1, CommentHandling = JsonCommentHandling.Disallow };

    // Payloads are never put into HTML, so only what JSON itself asks for is escaped. Our reader has checked the structure.
    private static readonly JsonWriterOptions s_writerOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = DepthMax + 1,
        SkipValidation = true,
    };

    private Payload(ReadOnlyMemory<byte> utf8Json) => Utf8Json = utf8Json;

    /// <summary>The object as compact UTF-8 JSON: 2 bytes to <see cref="BytesMax"/>.</summary>
    public ReadOnlyMemory<byte> Utf8Json { get; }

    /// <summary>Reads a JSON object from text.</summary>
    /// <param name="json">One JSON object; white space around it is fine, comments, trailing commas and anything after it are not.</param>
    /// <exception cref="InvalidRequestException">
    /// Of field <c>payload</c>, with the reason <see cref="ErrorReason.PayloadTooLarge"/>, <see cref="ErrorReason.PayloadTooDeep"/>, or
    /// <see cref="ErrorReason.InvalidPayload"/> where the text is not one valid JSON object, names a key twice in one object or has more than
    /// <see cref="KeysMax"/> keys.
    /// </exception>
    public static Payload FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return FromUtf8Json(s_strictUtf8.GetBytes(json));
        }
        catch (EncoderFallbackException unpaired)
        {
            throw Invalid($"the text has an unpaired surrogate at character {unpaired.Index}, which is no Unicode text");
        }
    }

    /// <summary>Reads a JSON object from UTF-8, without a byte order mark.</summary>
    /// <param name="json">As for <see cref="FromJson"/>. Copied: the caller may reuse the memory.</param>
    /// <exception cref="InvalidRequestException">As for <see cref="FromJson"/>.</exception>
    public static Payload FromUtf8Json(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            throw Invalid($"the {json.Length} bytes are not valid UTF-8");

        var compact = new ArrayBufferWriter<byte>(Math.Clamp(json.Length, 2, BytesMax));
        var reader = new Utf8JsonReader(json, s_readerOptions);
        try
        {
            using var writer = new Utf8JsonWriter(compact, s_writerOptions);
            CopyObject(ref reader, writer);
        }
        catch (JsonException malformed)
        {
            throw Invalid($"not valid JSON at byte {reader.BytesConsumed} of {json.Length}: {malformed.Message}");
        }
        catch (InvalidOperationException)
        {
            // Utf8JsonReader's answer to a string that escapes half a surrogate pair.
            throw Invalid($"the string at byte {reader.TokenStartIndex} of {json.Length} escapes an unpaired surrogate, which is no Unicode text");
        }

        return new Payload(compact.WrittenMemory.ToArray());
    }

    /// <summary>Takes a JSON object.</summary>
    /// <param name="json">Copied: later changes to it do not reach the payload.</param>
    /// <exception cref="InvalidRequestException">As for <see cref="FromJson"/>; also where the object holds a number that JSON cannot write, such as NaN.</exception>
    public static Payload FromObject(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text, s_writerOptions))
        {
            try
            {
                // The writer's own depth limit ends the recursion over a deeper object.
                json.WriteTo(writer);
            }
            catch (InvalidOperationException) when (writer.CurrentDepth > DepthMax)
            {
                throw TooDeep();
            }
            catch (Exception unwritable) when (unwritable is ArgumentException or InvalidOperationException or JsonException or NotSupportedException)
            {
                throw Invalid($"the object cannot be written as JSON: {unwritable.Message}");
            }
        }

        return FromUtf8Json(text.WrittenSpan);
    }

    /// <summary>The object to read from. Parsed anew at every call; it does not depend on this payload afterwards.</summary>
    public JsonElement ToJsonElement()
    {
        using var document = JsonDocument.Parse(Utf8Json);
        return document.RootElement.Clone();
    }

    /// <summary>The compact JSON text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Utf8Json.Span);

    /// <summary>Wraps bytes that were validated when they were stored.</summary>
    internal static Payload FromStored(ReadOnlyMemory<byte> utf8Json) => new(utf8Json);

    /// <summary>Copies one object token by token, which takes no recursion however deep the input is, and checks every limit on the way.</summary>
    private static void CopyObject(ref Utf8JsonReader reader, Utf8JsonWriter writer)
    {
        // A name is seen together with the number of the object it is in, so one set serves all objects. At most KeysMax entries.
        var namesSeen = new HashSet<(int Object, string Name)>();
        Span<int> objectAtDepth = stackalloc int[DepthMax + 2];
        int objects = 0;

        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Invalid($"expected a JSON object, got {Describe(reader.TokenType)}");

        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray when reader.CurrentDepth >= DepthMax:
                    throw TooDeep();
                case JsonTokenType.StartObject:
                    objectAtDepth[reader.CurrentDepth + 1] = objects++;
                    writer.WriteStartObject();
                    break;
                case JsonTokenType.EndObject:
                    writer.WriteEndObject();
                    break;
                case JsonTokenType.StartArray:
                    writer.WriteStartArray();
                    break;
                case JsonTokenType.EndArray:
                    writer.WriteEndArray();
                    break;
                case JsonTokenType.PropertyName:
                    string name = reader.GetString()!;
                    if (namesSeen.Count == KeysMax)
                        throw Invalid($"at most {KeysMax} keys are allowed, got at least {KeysMax + 1}");
                    if (!namesSeen.Add((objectAtDepth[reader.CurrentDepth], name)))
                        throw Invalid($"the key '{Shorten(name)}' at byte {reader.TokenStartIndex} is there a second time in one object");
                    writer.WritePropertyName(name);
                    break;
                case JsonTokenType.String when reader.ValueIsEscaped:
                    writer.WriteStringValue(reader.GetString());
                    break;
                case JsonTokenType.String:
                    writer.WriteStringValue(reader.ValueSpan);
                    break;
                default:
                    // Numbers, true, false and null keep their text.
                    writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                    break;
            }

            long bytes = writer.BytesCommitted + writer.BytesPending;
            if (bytes > BytesMax)
                throw new InvalidRequestException(ErrorReason.PayloadTooLarge, Field, $"a payload has at most {BytesMax} bytes as compact JSON, got at least {bytes}");
        }
        while (reader.Read());
    }

    private static InvalidRequestException TooDeep() =>
        new(ErrorReason.PayloadTooDeep, Field, $"a payload is at most {DepthMax} objects and arrays deep, got at least {DepthMax + 1}");

    private static InvalidRequestException Invalid(string what) => new(ErrorReason.InvalidPayload, Field, $"the payload is refused: {what}");

    private static string Shorten(string name) => name.Length <= 64 ? name : name[..64] + "…";

    private static string Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };
}
