using System.Text.Json;
using System.Text.Json.Nodes;

namespace VectorStore.Engine;

/// <summary>The JSON object stored with a point. Immutable and validated: whoever holds one may store it.</summary>
public sealed class Payload
{
    private Payload(ReadOnlyMemory<byte> utf8Json) => Utf8Json = utf8Json;

    /// <summary>The object as compact UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte> Utf8Json { get; }

    /// <summary>Reads a JSON object from text.</summary>
    public static Payload FromJson(string json) => throw new NotImplementedException();

    /// <summary>Reads a JSON object from UTF-8.</summary>
    public static Payload FromUtf8Json(ReadOnlySpan<byte> json) => throw new NotImplementedException();

    /// <summary>Takes a JSON object.</summary>
    public static Payload FromObject(JsonObject json) => throw new NotImplementedException();

    /// <summary>The object to read from.</summary>
    public JsonElement ToJsonElement() => throw new NotImplementedException();

    /// <summary>The compact JSON text.</summary>
    public override string ToString() => throw new NotImplementedException();

    /// <summary>Wraps bytes that were validated when they were stored.</summary>
    internal static Payload FromStored(ReadOnlyMemory<byte> utf8Json) => new(utf8Json);
}
