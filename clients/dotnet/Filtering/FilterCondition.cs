using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace VectorStore.Client;

/// <summary>One condition on a point's payload: a <see cref="MatchCondition"/>, <see cref="MatchAnyCondition"/> or <see cref="RangeCondition"/> on a field, or a nested <see cref="Filter"/>.</summary>
/// <remarks>
/// A field is named by its path: <c>address.city</c> is the key <c>city</c> of the object under the key <c>address</c>. An array on the way, or at
/// the end, stands for each of its elements: the condition holds if it holds for one of them. A field that is missing or null fulfils no
/// condition. Keys that have a dot themselves cannot be named. Immutable; equal only to itself. Paths and values are judged by the server.
/// </remarks>
public abstract class FilterCondition
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private protected FilterCondition()
    {
    }

    /// <summary>How many filters are inside one another here; 0 for a condition on a field.</summary>
    internal virtual int Depth => 0;

    /// <summary>The condition in its JSON form, which <see cref="Filter.FromJson(string)"/> reads.</summary>
    public sealed override string ToString() => Encoding.UTF8.GetString(ToUtf8Json().Span);

    /// <summary>The JSON form in UTF-8.</summary>
    internal virtual ReadOnlyMemory<byte> ToUtf8Json()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, s_options))
            WriteTo(writer);

        return buffer.WrittenMemory;
    }

    /// <summary>Writes the JSON form.</summary>
    internal abstract void WriteTo(Utf8JsonWriter writer);
}
