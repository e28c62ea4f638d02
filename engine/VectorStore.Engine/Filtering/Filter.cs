using System.Text;
using System.Text.Json;
using VectorStore.Engine.Filtering;

namespace VectorStore.Engine;

/// <summary>Which points a search, count or scroll considers. Immutable and validated: a filter that exists is within the limits. Equal only to itself.</summary>
/// <remarks>
/// A point passes where all conditions of <see cref="Must"/> hold, none of <see cref="MustNot"/>, and, if there is any in <see cref="Should"/>, at least one
/// of those. A filter without conditions lets every point pass. A point without a payload is treated like one with an empty payload. A filter is
/// itself a condition and may stand inside another.
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

    /// <summary>The most conditions in a filter, nested filters and their conditions included.</summary>
    public const int ConditionsMax = 1000;

    /// <summary>The most values that a filter compares with, nested filters included.</summary>
    public const int ValuesMax = 10_000;

    /// <summary>The most characters of a field's path.</summary>
    public const int KeyLengthMax = 256;

    private readonly FilterCondition[] _must;
    private readonly FilterCondition[] _should;
    private readonly FilterCondition[] _mustNot;

    /// <summary>Makes a filter.</summary>
    /// <param name="must">Conditions that all hold. Null is the same as none. Copied.</param>
    /// <param name="should">Conditions of which at least one holds, if there is any. Null is the same as none. Copied.</param>
    /// <param name="mustNot">Conditions of which none holds. Null is the same as none. Copied.</param>
    /// <exception cref="InvalidRequestException">
    /// <see cref="ErrorReason.InvalidFilter"/>: deeper than <see cref="DepthMax"/>, more than <see cref="ConditionsMax"/> conditions or <see cref="ValuesMax"/> values.
    /// </exception>
    public Filter(IEnumerable<FilterCondition>? must = null, IEnumerable<FilterCondition>? should = null, IEnumerable<FilterCondition>? mustNot = null)
    {
        _must = [.. must ?? []];
        _should = [.. should ?? []];
        _mustNot = [.. mustNot ?? []];

        // Checked whenever a filter is put together, so that no deeper tree ever exists and whoever walks one may recurse.
        int depth = 0;
        long conditions = 0;
        long values = 0;
        foreach (var condition in _must.Concat(_should).Concat(_mustNot))
        {
            ArgumentNullException.ThrowIfNull(condition);
            depth = Math.Max(depth, condition.Depth);
            conditions += condition.ConditionCount;
            values += condition.ValueCount;
        }

        // A nested filter counts as a condition too, the outermost does not.
        CheckLimit(depth + 1, DepthMax, "filters inside one another", "filter");
        CheckLimit(conditions, ConditionsMax, "conditions", "filter");
        CheckLimit(values, ValuesMax, "values", "filter");
        Depth = depth + 1;
        ConditionCount = (int)conditions + 1;
        ValueCount = (int)values;
    }

    /// <summary>Conditions that all hold.</summary>
    public IReadOnlyList<FilterCondition> Must => _must;

    /// <summary>Conditions of which at least one holds, unless there is none.</summary>
    public IReadOnlyList<FilterCondition> Should => _should;

    /// <summary>Conditions of which none holds.</summary>
    public IReadOnlyList<FilterCondition> MustNot => _mustNot;

    internal override int Depth { get; }

    internal override int ConditionCount { get; }

    internal override int ValueCount { get; }

    /// <summary>Reads a filter from its JSON form.</summary>
    /// <exception cref="InvalidRequestException">
    /// <see cref="ErrorReason.InvalidFilter"/>: not JSON, an unknown or repeated key, a value of the wrong kind, or a limit exceeded. Its field says where,
    /// such as <c>filter.must[3].match.any</c>.
    /// </exception>
    public static Filter FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return FilterJsonReader.Read(Encoding.UTF8.GetBytes(json));
    }

    /// <summary>Reads a filter from its JSON form in UTF-8.</summary>
    /// <exception cref="InvalidRequestException">As for <see cref="FromJson(string)"/>.</exception>
    public static Filter FromUtf8Json(ReadOnlyMemory<byte> json) => FilterJsonReader.Read(json);

    /// <summary>Refuses a count above its limit.</summary>
    internal static void CheckLimit(long count, int max, string what, string field)
    {
        if (count > max)
            throw new InvalidRequestException(ErrorReason.InvalidFilter, field, $"a filter has at most {max} {what}, got at least {count}");
    }

    internal override void WriteTo(Utf8JsonWriter writer)
    {
        // An empty filter inside another is spelled out: the reader takes a bare {} there for a condition whose key was forgotten.
        bool isEmptyInside = writer.CurrentDepth > 0 && ConditionCount == 1;
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
}
