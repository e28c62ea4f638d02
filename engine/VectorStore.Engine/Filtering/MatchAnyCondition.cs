using System.Text.Json;

namespace VectorStore.Engine;

/// <summary>Holds where a field equals one of several values. JSON: <c>{"key": "label", "match": {"any": [3, 5, "seven"]}}</c>.</summary>
/// <remarks>Costs one look into a table, however many values there are. With no values it holds nowhere.</remarks>
public sealed class MatchAnyCondition : FilterCondition
{
    private readonly FilterValue[] _values;

    /// <summary>Makes the condition.</summary>
    /// <param name="key">Path of the field, 1 to <see cref="Filter.KeyLengthMax"/> characters.</param>
    /// <param name="values">Strings, integers and booleans, mixed as you like; at most <see cref="Filter.ValuesMax"/>. Copied.</param>
    /// <exception cref="InvalidRequestException"><see cref="ErrorReason.InvalidFilter"/>: the key is empty, too long or no path, or there are too many values.</exception>
    public MatchAnyCondition(string key, params IEnumerable<FilterValue> values)
        : this(key, [.. values], "filter.key", "filter.match.any")
    {
    }

    internal MatchAnyCondition(string key, FilterValue[] values, string keyField, string valuesField)
    {
        Key = CheckedKey(key, keyField);
        if (values.Length > Filter.ValuesMax)
            throw new InvalidRequestException(ErrorReason.InvalidFilter, valuesField, $"a filter has at most {Filter.ValuesMax} values, got {values.Length}");

        _values = values;
    }

    /// <summary>Path of the field.</summary>
    public string Key { get; }

    /// <summary>What the field may equal.</summary>
    public IReadOnlyList<FilterValue> Values => _values;

    internal override int Depth => 0;

    internal override int ConditionCount => 1;

    internal override int ValueCount => _values.Length;

    internal override void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("key", Key);
        writer.WriteStartObject("match");
        writer.WriteStartArray("any");
        foreach (var value in _values)
            value.WriteTo(writer);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
