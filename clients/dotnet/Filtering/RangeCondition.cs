using System.Text.Json;

namespace VectorStore.Client;

/// <summary>Holds where a field is a number between bounds. JSON: <c>{"key": "price", "range": {"gte": 10, "lt": 19.5}}</c>.</summary>
/// <remarks>Every bound that is given must hold, so bounds that contradict each other hold nowhere. What is not a number is in no range.</remarks>
public sealed class RangeCondition : FilterCondition
{
    /// <summary>Makes the condition. At least one bound must be given.</summary>
    /// <param name="key">Path of the field, 1 to 256 characters.</param>
    /// <param name="greaterThan">The field must be greater than this; null: no such bound.</param>
    /// <param name="greaterThanOrEqual">The field must be greater than this or equal to it; null: no such bound.</param>
    /// <param name="lessThan">The field must be less than this; null: no such bound.</param>
    /// <param name="lessThanOrEqual">The field must be less than this or equal to it; null: no such bound.</param>
    public RangeCondition(
        string key,
        FilterNumber? greaterThan = null,
        FilterNumber? greaterThanOrEqual = null,
        FilterNumber? lessThan = null,
        FilterNumber? lessThanOrEqual = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        Key = key;
        GreaterThan = greaterThan;
        GreaterThanOrEqual = greaterThanOrEqual;
        LessThan = lessThan;
        LessThanOrEqual = lessThanOrEqual;
    }

    /// <summary>Path of the field.</summary>
    public string Key { get; }

    /// <summary>The field is greater than this (<c>gt</c>); null: no such bound.</summary>
    public FilterNumber? GreaterThan { get; }

    /// <summary>The field is greater than this or equal to it (<c>gte</c>); null: no such bound.</summary>
    public FilterNumber? GreaterThanOrEqual { get; }

    /// <summary>The field is less than this (<c>lt</c>); null: no such bound.</summary>
    public FilterNumber? LessThan { get; }

    /// <summary>The field is less than this or equal to it (<c>lte</c>); null: no such bound.</summary>
    public FilterNumber? LessThanOrEqual { get; }

    internal override void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("key", Key);
        writer.WriteStartObject("range");
        WriteBound("gt", GreaterThan);
        WriteBound("gte", GreaterThanOrEqual);
        WriteBound("lt", LessThan);
        WriteBound("lte", LessThanOrEqual);
        writer.WriteEndObject();
        writer.WriteEndObject();

        void WriteBound(string name, FilterNumber? bound)
        {
            if (bound is not { } number)
                return;

            writer.WritePropertyName(name);
            number.WriteTo(writer);
        }
    }
}
