using System.Text.Json;

namespace VectorStore.Client;

/// <summary>Holds where a field equals one of several values. JSON: <c>{"key": "label", "match": {"any": [3, 5, "seven"]}}</c>.</summary>
/// <remarks>Costs one look into a table, however many values there are. With no values it holds nowhere.</remarks>
public sealed class MatchAnyCondition : FilterCondition
{
    private readonly FilterValue[] _values;

    /// <summary>Makes the condition.</summary>
    /// <param name="key">Path of the field, 1 to 256 characters.</param>
    /// <param name="values">Strings, integers and booleans, mixed as you like; at most 10,000 in a filter. Copied.</param>
    public MatchAnyCondition(string key, params IEnumerable<FilterValue> values)
    {
        ArgumentNullException.ThrowIfNull(key);
        Key = key;
        _values = [.. values];
    }

    /// <summary>Path of the field.</summary>
    public string Key { get; }

    /// <summary>What the field may equal.</summary>
    public IReadOnlyList<FilterValue> Values => _values;

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
