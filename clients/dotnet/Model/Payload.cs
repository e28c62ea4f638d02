using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VectorStore.Client;

/// <summary>The payload of a point: one JSON object, kept as its UTF-8 text. Immutable.</summary>
/// <remarks>What is in it is judged by the server, when it is stored: at most 1 MiB as compact JSON, 32 objects and arrays inside one another, 1,000 keys.</remarks>
public sealed class Payload
{
    // Text that is no Unicode must not be stored as something else than was asked.
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private Payload(ReadOnlyMemory<byte> utf8Json) => Utf8Json = utf8Json;

    /// <summary>The text in UTF-8; of a payload that was read, compact.</summary>
    public ReadOnlyMemory<byte> Utf8Json { get; }

    /// <summary>Takes a JSON object as text.</summary>
    /// <exception cref="InvalidRequestException"><see cref="ErrorReason.InvalidPayload"/>: the text is empty, or not Unicode.</exception>
    public static Payload FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return FromMemory(s_strict.GetBytes(json));
        }
        catch (EncoderFallbackException noUnicode)
        {
            throw Refused(noUnicode.Message, noUnicode);
        }
    }

    /// <summary>Takes a JSON object as text in UTF-8. Copied.</summary>
    /// <exception cref="InvalidRequestException"><see cref="ErrorReason.InvalidPayload"/>: the text is empty.</exception>
    public static Payload FromUtf8Json(ReadOnlySpan<byte> json) => FromMemory(json.ToArray());

    /// <summary>Takes a JSON object as nodes.</summary>
    /// <exception cref="InvalidRequestException"><see cref="ErrorReason.InvalidPayload"/>: a value in it cannot be written as JSON.</exception>
    public static Payload FromObject(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return FromMemory(JsonSerializer.SerializeToUtf8Bytes(json));
        }
        catch (Exception unwritable) when (unwritable is JsonException or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            throw Refused(unwritable.Message, unwritable);
        }
    }

    /// <summary>The payload as a JSON element of its own.</summary>
    /// <exception cref="JsonException">The text, which was never stored, is not JSON.</exception>
    public JsonElement ToJsonElement() => JsonElement.Parse(Utf8Json.Span);

    /// <summary>The JSON text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Utf8Json.Span);

    /// <summary>Takes memory that nobody changes any more.</summary>
    internal static Payload FromMemory(ReadOnlyMemory<byte> utf8Json)
    {
        // On the wire an empty text means no payload at all.
        if (utf8Json.IsEmpty)
            throw Refused("expected a JSON object, got nothing", null);

        return new Payload(utf8Json);
    }

    private static InvalidRequestException Refused(string what, Exception? cause) =>
        new(ErrorReason.InvalidPayload, "payload", $"the payload is refused: {what}", cause);
}
