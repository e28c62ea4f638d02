using System.Diagnostics;
using System.Text.Json;

namespace VectorStore.Engine.Filtering;

/// <summary>A condition on a field, made ready: asked about single values, never about arrays or objects.</summary>
internal abstract class FieldCondition
{
    private protected FieldCondition(FilterCondition source, string key)
    {
        Source = source;
        Key = key;
    }

    /// <summary>What was compiled; an index over the field reads the values or bounds here.</summary>
    public FilterCondition Source { get; }

    /// <summary>Path of the field.</summary>
    public string Key { get; }

    /// <summary>Compiles any condition but a nested filter.</summary>
    public static FieldCondition Compile(FilterCondition condition) => condition switch
    {
        MatchCondition match => new ValueSetCondition(match, match.Key, [match.Value]),
        MatchAnyCondition any => new ValueSetCondition(any, any.Key, any.Values),
        RangeCondition range => new NumberRangeCondition(range),
        _ => throw new UnreachableException($"{condition.GetType().Name} is no condition on a field"),
    };

    /// <summary>Whether the string, number, boolean or null that the reader stands on fulfils the condition.</summary>
    public abstract bool Holds(ref Utf8JsonReader value);
}
