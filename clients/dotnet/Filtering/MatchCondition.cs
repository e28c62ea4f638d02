using System.Text.Json;

namespace VectorStore.Client;

/// <summary>Holds where a field equals a value. JSON: <c>{"key": "label", "match": {"value": 3}}</c>.</summary>
/// <remarks>Strings are compared by their characters, integers by value (3 equals 3.0), and values of different kinds are never equal.</remarks>
public sealed class MatchCondition : FilterCondition
{
    /// <summary>Makes the condition.</summary>
    /// <param name="key">Path of the field, 1 to 256 characters.</param>
    /// <param name="value">A string, an integer or a boolean.</param>
    public MatchCondition(string key, FilterValue value)
    {
        ArgumentNullException.ThrowIfNull(key);
        Key = key;
        Value = value;
    }

    /// <summary>Path of the field.</summary>
    public string Key { get; }

    /// <summary>What the field must equal.</summary>
    public FilterValue Value { get; }

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
