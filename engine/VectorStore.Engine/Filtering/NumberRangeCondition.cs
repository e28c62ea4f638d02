using System.Text.Json;

namespace VectorStore.Engine.Filtering;

/// <summary>Holds for numbers within bounds.</summary>
internal sealed class NumberRangeCondition(RangeCondition source) : FieldCondition(source, source.Key)
{
    public override bool Holds(ref Utf8JsonReader value) => value.TokenType == JsonTokenType.Number && source.Contains(FilterNumber.Read(ref value));
}
