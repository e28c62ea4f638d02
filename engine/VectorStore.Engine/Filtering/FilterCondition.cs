using System.Text.Json;
using VectorStore.Engine.Filtering;

namespace VectorStore.Engine;

/// <summary>One condition on a point's payload: a <see cref="MatchCondition"/>, <see cref="MatchAnyCondition"/> or <see cref="RangeCondition"/> on a field, or a nested <see cref="Filter"/>.</summary>
/// <remarks>
/// A field is named by its path: <c>address.city</c> is the key <c>city</c> of the object under the key <c>address</c>. An array on the way, or at
/// the end, stands for each of its elements: the condition holds if it holds for one of them. A field that is missing or null fulfils no
/// condition. Keys that have a dot themselves cannot be named. Immutable; equal only to itself.
/// </remarks>
public abstract class FilterCondition
{
    private protected FilterCondition()
    {
    }

    /// <summary>How many filters are inside one another here; 0 for a condition on a field.</summary>
    internal abstract int Depth { get; }

    /// <summary>How many conditions these are, nested ones included.</summary>
    internal abstract int ConditionCount { get; }

    /// <summary>How many values the payload is compared with, nested conditions included.</summary>
    internal abstract int ValueCount { get; }

    /// <summary>The condition in its JSON form, which <see cref="Filter.FromJson(string)"/> reads.</summary>
    public sealed override string ToString() => FilterJsonWriter.Write(this);

    /// <summary>Writes the JSON form.</summary>
    internal abstract void WriteTo(Utf8JsonWriter writer);

    /// <summary>Checks a path and returns it.</summary>
    private protected static string CheckedKey(string key, string field)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length > Filter.KeyLengthMax)
            throw new InvalidRequestException(ErrorReason.InvalidFilter, field, $"a key of a filter has at most {Filter.KeyLengthMax} characters, got {key.Length}");
        if (key.Length == 0 || key.StartsWith('.') || key.EndsWith('.') || key.Contains("..", StringComparison.Ordinal))
            throw new InvalidRequestException(ErrorReason.InvalidFilter, field, $"'{key}' is no path of keys with dots between them");

        return key;
    }
}
