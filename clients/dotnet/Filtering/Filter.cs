using System.Text;
using System.Text.Json;

namespace VectorStore.Client;

/// <summary>Which points a search, count or scroll considers. Immutable. Equal only to itself.</summary>
/// <remarks>
/// A point passes where all conditions of <see cref="Must"/> hold, none of <see cref="MustNot"/>, and, if there is any in <see cref="Should"/>, at least one
/// of those. A filter without conditions lets every point pass. A point without a payload is treated like one with an empty payload. A filter is
/// itself a condition and may stand inside another. At most 1,000 conditions and 10,000 values, which the server checks.
/// <code>
/// new Filter(must: [new MatchCondition("label", 3), new RangeCondition("price", lessThan: 20)], mustNot: [new MatchAnyCondition("tag", "old", "sold")])
///
/// {"must": [{"key": "label", "match": {"value": 3}}, {"key": "price", "range": {"lt": 20}}], "must_not": [{"key": "tag", "match": {"any": ["old", "sold"]}}]}
/// </code>
/// </remarks>
public sealed class Filter : FilterCondition
{
    /// <summary>The most filters inside one another, the outermost included.</summary>
    public const int DepthMax = 16;

    private readonly FilterCondition[] _must;
    private readonly FilterCondition[] _should;
    private readonly FilterCondition[] _mustNot;
    private readonly ReadOnlyMemory<byte>? _json;

    /// <summary>Makes a filter.</summary>
    /// <param name="must">Conditions that all hold. Null is the same as none. Copied.</param>
    /// <param name="should">Conditions of which at least one holds, if there is any. Null is the same as none. Copied.</param>
    /// <param name="mustNot">Conditions of which none holds. Null is the same as none. Copied.</param>
    /// <exception cref="InvalidRequestException"><see cref="ErrorReason.InvalidFilter"/>: deeper than <see cref="DepthMax"/>.</exception>
    public Filter(IEnumerable<FilterCondition>? must = null, IEnumerable<FilterCondition>? should = null, IEnumerable<FilterCondition>? mustNot = null)
    {
        _must = [.. must ?? []];
        _should = [.. should ?? []];
        _mustNot = [.. mustNot ?? []];

        // The one limit that is checked here: the writer recurses, so no deeper tree may exist.
        int depth = 0;
        foreach (var condition in _must.Concat(_should).Concat(_mustNot))
        {
            ArgumentNullException.ThrowIfNull(condition);
            depth = Math.Max(depth, condition.Depth);
        }

        Depth = depth + 1;
        if (Depth > DepthMax)
            throw Refused($"a filter has at most {DepthMax} filters inside one another, got at least {Depth}");
    }

    private Filter(ReadOnlyMemory<byte> json)
        : this()
    {
        _json = json;
    }

    /// <summary>Conditions that all hold. Empty where the filter was made from JSON, which is handed to the server as it is.</summary>
    public IReadOnlyList<FilterCondition> Must => _must;

    /// <summary>Conditions of which at least one holds, unless there is none. Empty where the filter was made from JSON.</summary>
    public IReadOnlyList<FilterCondition> Should => _should;

    /// <summary>Conditions of which none holds. Empty where the filter was made from JSON.</summary>
    public IReadOnlyList<FilterCondition> MustNot => _mustNot;

    internal override int Depth { get; }

    /// <summary>Takes a filter in its JSON form. The server reads it: what is wrong with it is told by the call that uses it.</summary>
    /// <exception cref="InvalidRequestException"><see cref="ErrorReason.InvalidFilter"/>: the text is empty.</exception>
    public static Filter FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return FromUtf8Json(Encoding.UTF8.GetBytes(json));
    }

    /// <summary>Takes a filter in its JSON form in UTF-8. Not copied.</summary>
    /// <exception cref="InvalidRequestException"><see cref="ErrorReason.InvalidFilter"/>: the text is empty.</exception>
    public static Filter FromUtf8Json(ReadOnlyMemory<byte> json)
    {
        // On the wire an empty text means no filter at all.
        return json.IsEmpty ? throw Refused("expected a filter as a JSON object, got nothing") : new Filter(json);
    }

    internal override ReadOnlyMemory<byte> ToUtf8Json() => _json ?? base.ToUtf8Json();

    internal override void WriteTo(Utf8JsonWriter writer)
    {
        if (_json is { } json)
        {
            WriteRaw(writer, json);
            return;
        }

        // An empty filter inside another is spelled out: the reader takes a bare {} there for a condition whose key was forgotten.
        bool isEmptyInside = writer.CurrentDepth > 0 && _must.Length + _should.Length + _mustNot.Length == 0;
        writer.WriteStartObject();
        WriteList("must", _must);
        WriteList("should", _should);
        WriteList("must_not", _mustNot);
        writer.WriteEndObject();

        void WriteList(string name, FilterCondition[] conditions)
        {
            if (conditions.Length == 0 && !(isEmptyInside && name == "must"))
                return;

            writer.WriteStartArray(name);
            foreach (var condition in conditions)
                condition.WriteTo(writer);
            writer.WriteEndArray();
        }
    }

    /// <summary>Only inside another filter must the text be JSON for ourselves: it could change the meaning of what is around it.</summary>
    private static void WriteRaw(Utf8JsonWriter writer, ReadOnlyMemory<byte> json)
    {
        try
        {
            writer.WriteRawValue(json.Span);
        }
        catch (Exception malformed) when (malformed is JsonException or ArgumentException)
        {
            throw Refused($"the filter is not JSON: {malformed.Message}");
        }
    }

    private static InvalidRequestException Refused(string message) => new(ErrorReason.InvalidFilter, "filter", message);
}
