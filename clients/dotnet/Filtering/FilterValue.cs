using System.Text.Json;

namespace VectorStore.Client;

/// <summary>A value that a payload's field may equal: a string, an integer or a boolean. Strings, integers and booleans convert to it by themselves.</summary>
/// <remarks>Fractions are left to <see cref="RangeCondition"/>: to ask two doubles for equality is rarely what one means. The default value is the empty string.</remarks>
public readonly record struct FilterValue
{
    private readonly string? _text;
    private readonly FilterNumber _integer;
    private readonly bool _boolean;

    private FilterValue(FilterValueKind kind, string? text, FilterNumber integer, bool boolean)
    {
        Kind = kind;
        _text = text;
        _integer = integer;
        _boolean = boolean;
    }

    /// <summary>What the value is.</summary>
    public FilterValueKind Kind { get; }

    /// <summary>Wraps a string.</summary>
    public static implicit operator FilterValue(string value) => FromString(value);

    /// <summary>Wraps an integer.</summary>
    public static implicit operator FilterValue(int value) => FromInt64(value);

    /// <summary>Wraps an integer.</summary>
    public static implicit operator FilterValue(long value) => FromInt64(value);

    /// <summary>Wraps an integer.</summary>
    public static implicit operator FilterValue(ulong value) => FromUInt64(value);

    /// <summary>Wraps a boolean.</summary>
    public static implicit operator FilterValue(bool value) => FromBoolean(value);

    /// <summary>Wraps a string.</summary>
    public static FilterValue FromString(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new FilterValue(FilterValueKind.String, value, default, false);
    }

    /// <summary>Wraps an integer.</summary>
    public static FilterValue FromInt64(long value) => new(FilterValueKind.Integer, null, FilterNumber.FromInt64(value), false);

    /// <summary>Wraps an integer.</summary>
    public static FilterValue FromUInt64(ulong value) => new(FilterValueKind.Integer, null, FilterNumber.FromUInt64(value), false);

    /// <summary>Wraps a boolean.</summary>
    public static FilterValue FromBoolean(bool value) => new(FilterValueKind.Boolean, null, default, value);

    /// <summary>The value as text; a string without quotes.</summary>
    public override string ToString() => Kind switch
    {
        FilterValueKind.String => _text ?? "",
        FilterValueKind.Integer => _integer.ToString(),
        _ => _boolean ? "true" : "false",
    };

    internal void WriteTo(Utf8JsonWriter writer)
    {
        switch (Kind)
        {
            case FilterValueKind.String:
                writer.WriteStringValue(_text ?? "");
                break;
            case FilterValueKind.Integer:
                _integer.WriteTo(writer);
                break;
            default:
                writer.WriteBooleanValue(_boolean);
                break;
        }
    }
}
