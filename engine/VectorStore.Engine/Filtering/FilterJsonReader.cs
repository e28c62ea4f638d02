using System.Text.Json;

namespace VectorStore.Engine.Filtering;

/// <summary>Reads the JSON form of filters. Knows where it is, so that every error names the offending field.</summary>
/// <remarks>Limits are checked while descending: what is beyond them is not read, and the recursion is bounded by <see cref="Filter.DepthMax"/>.</remarks>
internal sealed class FilterJsonReader
{
    // A filter of the greatest depth needs two levels of JSON for each of its own, and four for the innermost condition.
    private static readonly JsonDocumentOptions s_options = new()
    {
        MaxDepth = (2 * (Filter.DepthMax + 1)) + 4,
        AllowDuplicateProperties = false,
        CommentHandling = JsonCommentHandling.Disallow,
    };

    private int _conditions;
    private int _values;

    private FilterJsonReader()
    {
    }

    public static Filter Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, s_options);
            return new FilterJsonReader().ReadFilter(document.RootElement, "filter", depth: 1);
        }
        catch (JsonException malformed)
        {
            throw Invalid("filter", $"not a valid JSON filter, or more than {Filter.DepthMax} filters inside one another: {malformed.Message}");
        }
        catch (InvalidOperationException)
        {
            // The reader finds out when it compares the names of members: bytes that are no UTF-8, or half a surrogate pair.
            throw Invalid("filter", "the name of a member is not valid Unicode text");
        }
    }

    /// <summary>The text of a string; a string that escapes half a surrogate pair is refused.</summary>
    public static string ReadText(JsonElement element, string field)
    {
        if (element.ValueKind != JsonValueKind.String)
            throw Invalid(field, $"expected a string, got {element.ValueKind}");

        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Invalid(field, "the string is not valid Unicode text");
        }
    }

    private static InvalidRequestException Invalid(string field, string message) => new(ErrorReason.InvalidFilter, field, message);

    private static void ExpectObject(JsonElement element, string field)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Invalid(field, $"expected an object, got {element.ValueKind}");
    }

    private static FilterNumber ReadNumber(JsonElement element, string field)
    {
        if (element.ValueKind != JsonValueKind.Number)
            throw Invalid(field, $"expected a number, got {element.ValueKind}");

        var number = FilterNumber.Read(element);
        return number.IsFinite ? number : throw Invalid(field, $"the number is beyond {double.MaxValue:R}");
    }

    private Filter ReadFilter(JsonElement element, string field, int depth)
    {
        ExpectObject(element, field);
        Filter.CheckLimit(depth, Filter.DepthMax, "filters inside one another", field);

        List<FilterCondition>? must = null;
        List<FilterCondition>? should = null;
        List<FilterCondition>? mustNot = null;
        foreach (var property in element.EnumerateObject())
        {
            switch (property.Name)
            {
                case "must":
                    must = ReadConditions(property.Value, field + ".must", depth);
                    break;
                case "should":
                    should = ReadConditions(property.Value, field + ".should", depth);
                    break;
                case "must_not":
                    mustNot = ReadConditions(property.Value, field + ".must_not", depth);
                    break;
                default:
                    throw Invalid(field, $"expected 'must', 'should' or 'must_not', got '{Shorten(property.Name)}'");
            }
        }

        return new Filter(must, should, mustNot);
    }

    private List<FilterCondition> ReadConditions(JsonElement element, string field, int depth)
    {
        if (element.ValueKind != JsonValueKind.Array)
            throw Invalid(field, $"expected a list of conditions, got {element.ValueKind}");

        var conditions = new List<FilterCondition>();
        foreach (var item in element.EnumerateArray())
        {
            string itemField = $"{field}[{conditions.Count}]";
            Filter.CheckLimit(++_conditions, Filter.ConditionsMax, "conditions", itemField);
            ExpectObject(item, itemField);
            conditions.Add(item.TryGetProperty("key", out var key) ? ReadFieldCondition(item, key, itemField) : ReadNested(item, itemField, depth));
        }

        return conditions;
    }

    private Filter ReadNested(JsonElement element, string field, int depth)
    {
        // Only the outermost filter may be empty: here it is more likely a condition whose key was forgotten.
        if (!element.EnumerateObject().Any())
            throw Invalid(field, "a condition has a 'key' with 'match' or 'range', or is a filter with 'must', 'should' or 'must_not'; this one is empty");

        return ReadFilter(element, field, depth + 1);
    }

    private FilterCondition ReadFieldCondition(JsonElement element, JsonElement keyElement, string field)
    {
        string keyField = field + ".key";
        string key = ReadText(keyElement, keyField);
        FilterCondition? condition = null;
        foreach (var property in element.EnumerateObject())
        {
            var read = property.Name switch
            {
                "key" => null,
                "match" => ReadMatch(key, keyField, property.Value, field + ".match"),
                "range" => ReadRange(key, keyField, property.Value, field + ".range"),
                _ => throw Invalid(field, $"expected 'key' with 'match' or 'range', got '{Shorten(property.Name)}'"),
            };
            if (read is not null && condition is not null)
                throw Invalid(field, "a condition has either 'match' or 'range'; this one has both");

            condition = read ?? condition;
        }

        return condition ?? throw Invalid(field, "a condition on a key needs 'match' or 'range'; this one has neither");
    }

    private FilterCondition ReadMatch(string key, string keyField, JsonElement element, string field)
    {
        ExpectObject(element, field);
        using var properties = element.EnumerateObject();
        if (!properties.MoveNext() || properties.Current.Name is not ("value" or "any"))
            throw Invalid(field, "a match has 'value' or 'any'");

        var property = properties.Current;
        if (properties.MoveNext())
            throw Invalid(field, $"a match has either 'value' or 'any', and nothing else; got '{Shorten(properties.Current.Name)}' too");

        if (property.Name == "value")
        {
            CountValue(field + ".value");
            return new MatchCondition(key, FilterValue.Read(property.Value, field + ".value"), keyField);
        }

        string anyField = field + ".any";
        if (property.Value.ValueKind != JsonValueKind.Array)
            throw Invalid(anyField, $"expected a list of values, got {property.Value.ValueKind}");

        var values = new List<FilterValue>();
        foreach (var item in property.Value.EnumerateArray())
        {
            CountValue(anyField);
            values.Add(FilterValue.Read(item, $"{anyField}[{values.Count}]"));
        }

        return new MatchAnyCondition(key, [.. values], keyField, anyField);
    }

    private RangeCondition ReadRange(string key, string keyField, JsonElement element, string field)
    {
        ExpectObject(element, field);
        CountValue(field);
        FilterNumber? greaterThan = null;
        FilterNumber? greaterThanOrEqual = null;
        FilterNumber? lessThan = null;
        FilterNumber? lessThanOrEqual = null;
        foreach (var property in element.EnumerateObject())
        {
            switch (property.Name)
            {
                case "gt":
                    greaterThan = ReadNumber(property.Value, field + ".gt");
                    break;
                case "gte":
                    greaterThanOrEqual = ReadNumber(property.Value, field + ".gte");
                    break;
                case "lt":
                    lessThan = ReadNumber(property.Value, field + ".lt");
                    break;
                case "lte":
                    lessThanOrEqual = ReadNumber(property.Value, field + ".lte");
                    break;
                default:
                    throw Invalid(field, $"expected 'gt', 'gte', 'lt' or 'lte', got '{Shorten(property.Name)}'");
            }
        }

        return new RangeCondition(key, greaterThan, greaterThanOrEqual, lessThan, lessThanOrEqual, keyField, field);
    }

    private void CountValue(string field) => Filter.CheckLimit(++_values, Filter.ValuesMax, "values", field);

    private static string Shorten(string name) => name.Length <= 64 ? name : name[..64] + "…";
}
