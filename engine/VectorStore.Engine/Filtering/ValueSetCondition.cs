using System.Text;
using System.Text.Json;

namespace VectorStore.Engine.Filtering;

/// <summary>Holds for each of a set of values: one table for strings, one for integers, two bits for the booleans.</summary>
internal sealed class ValueSetCondition : FieldCondition
{
    private readonly HashSet<byte[]> _strings = new(Utf8Comparer.Instance);
    private readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> _stringsBySpan;
    private readonly HashSet<FilterNumber> _integers = [];
    private readonly bool _containsTrue;
    private readonly bool _containsFalse;

    public ValueSetCondition(FilterCondition source, string key, IReadOnlyList<FilterValue> values)
        : base(source, key)
    {
        _stringsBySpan = _strings.GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (var value in values)
        {
            switch (value.Kind)
            {
                case FilterValueKind.String:
                    _strings.Add(Encoding.UTF8.GetBytes(value.Text));
                    break;
                case FilterValueKind.Integer:
                    _integers.Add(value.Integer);
                    break;
                default:
                    _containsTrue |= value.Boolean;
                    _containsFalse |= !value.Boolean;
                    break;
            }
        }
    }

    public override bool Holds(ref Utf8JsonReader value) => value.TokenType switch
    {
        JsonTokenType.String when _strings.Count == 0 => false,
        JsonTokenType.String when !value.ValueIsEscaped => _stringsBySpan.Contains(value.ValueSpan),
        JsonTokenType.String => _strings.Contains(Encoding.UTF8.GetBytes(value.GetString()!)),
        JsonTokenType.Number => _integers.Count > 0 && _integers.Contains(FilterNumber.Read(ref value)),
        JsonTokenType.True => _containsTrue,
        JsonTokenType.False => _containsFalse,
        _ => false,
    };
}
