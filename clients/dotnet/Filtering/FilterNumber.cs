using System.Globalization;
using System.Text.Json;

namespace VectorStore.Client;

/// <summary>A number to compare a payload's field with: any 64-bit integer, signed or unsigned, or a finite double.</summary>
/// <remarks>
/// The server compares by value and exactly: no integer is rounded to a double on the way, so 2⁵³ and 2⁵³ + 1 differ, and 3 equals 3.0. A number of a payload
/// that is not written as an integer of 64 bits (it has a fraction, an exponent or more digits) counts as its nearest double.
/// </remarks>
public readonly record struct FilterNumber : IComparable<FilterNumber>
{
    // 2⁶⁴ and −2⁶³: the doubles between them, the lower end included, that are integers are held as integers, so that equal numbers have equal fields.
    private const double IntegerEnd = 18446744073709551616.0;
    private const double IntegerMin = -9223372036854775808.0;

    private readonly Int128 _integer;
    private readonly double _double;
    private readonly bool _isDouble;

    private FilterNumber(Int128 integer) => _integer = integer;

    private FilterNumber(double value)
    {
        if (value is >= IntegerMin and < IntegerEnd && Math.Floor(value) == value)
        {
            _integer = (Int128)value;
        }
        else
        {
            _double = value;
            _isDouble = true;
        }
    }

    /// <summary>Whether the value is an integer of 64 bits, whatever it was made from.</summary>
    public bool IsInteger => !_isDouble;

    /// <summary>Wraps an integer.</summary>
    public static implicit operator FilterNumber(int value) => FromInt64(value);

    /// <summary>Wraps an integer.</summary>
    public static implicit operator FilterNumber(long value) => FromInt64(value);

    /// <summary>Wraps an integer.</summary>
    public static implicit operator FilterNumber(ulong value) => FromUInt64(value);

    /// <summary>Wraps a finite double.</summary>
    public static implicit operator FilterNumber(double value) => FromDouble(value);

    /// <summary>Whether <paramref name="left"/> is the smaller.</summary>
    public static bool operator <(FilterNumber left, FilterNumber right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> is the greater.</summary>
    public static bool operator >(FilterNumber left, FilterNumber right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> is the smaller, or both are equal.</summary>
    public static bool operator <=(FilterNumber left, FilterNumber right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> is the greater, or both are equal.</summary>
    public static bool operator >=(FilterNumber left, FilterNumber right) => left.CompareTo(right) >= 0;

    /// <summary>Wraps an integer.</summary>
    public static FilterNumber FromInt64(long value) => new((Int128)value);

    /// <summary>Wraps an integer.</summary>
    public static FilterNumber FromUInt64(ulong value) => new((Int128)value);

    /// <summary>Wraps a finite double.</summary>
    /// <exception cref="InvalidRequestException"><see cref="ErrorReason.InvalidFilter"/>: the value is NaN or infinite.</exception>
    public static FilterNumber FromDouble(double value) =>
        double.IsFinite(value)
            ? new FilterNumber(value)
            : throw new InvalidRequestException(ErrorReason.InvalidFilter, "filter", $"a filter compares with finite numbers, got {value}");

    /// <inheritdoc/>
    public int CompareTo(FilterNumber other)
    {
        if (IsInteger && other.IsInteger)
            return _integer.CompareTo(other._integer);
        if (IsInteger)
            return CompareIntegerWithDouble(_integer, other._double);
        return other.IsInteger ? -CompareIntegerWithDouble(other._integer, _double) : _double.CompareTo(other._double);
    }

    /// <summary>The number as JSON writes it.</summary>
    public override string ToString() =>
        IsInteger ? _integer.ToString(CultureInfo.InvariantCulture) : _double.ToString("R", CultureInfo.InvariantCulture);

    internal void WriteTo(Utf8JsonWriter writer) => writer.WriteRawValue(ToString());

    private static int CompareIntegerWithDouble(Int128 integer, double value)
    {
        if (value >= IntegerEnd)
            return -1;
        if (value < IntegerMin)
            return 1;

        // The double is not an integer, or it would be held as one; so it lies strictly between its floor and the next integer.
        return integer <= (Int128)Math.Floor(value) ? -1 : 1;
    }
}
