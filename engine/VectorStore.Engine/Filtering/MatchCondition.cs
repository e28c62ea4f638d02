using System.Text.Json;

namespace VectorStore.Engine;

/// <summary>Holds where a field equals a value. JSON: <c>{"key": "label", "match": {"value": 3}}</c>.</summary>
/// <remarks>Strings are compared by their characters, integers by value (3 equals 3.0), and values of different kinds are never equal.</remarks>
public sealed class MatchCondition : FilterCondition
{
    /// <summary>Makes the condition.</summary>
    /// <param name="key">Path of the field, 1 to <see cref="Filter.KeyLengthMax"/> characters.</param>
    /// <param name="value">A string, an integer or a boolean.</param>
    /// <exception cref="InvalidRequestException"><see cref="ErrorReason.InvalidFilter"/>: the key is empty, too long or no path.</exception>
    public MatchCondition(string key, FilterValue value)
        : this(key, value, "filter.key")
    {
    }

    internal MatchCondition(string key, FilterValue value, string keyField)
    {
        Key = CheckedKey(key, keyField);
        Value = value;
    }

    /// <summary>Path of the field.</summary>
    public string Key { get; }

    /// <summary>What the field must equal.</summary>
    public FilterValue Value { get; }

    internal override int Depth => 0;

    internal override int ConditionCount => 1;

    internal override int ValueCount => 1;

    internal override void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("key", Key);
        writer.WriteStartObject("match");
        writer.WritePropertyName("value");
        Value.WriteTo(writer);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
