using System.Globalization;

namespace VectorStore.Client;

/// <summary>The user's name of a point: an unsigned 64-bit integer or a UUID. The two kinds never equal each other.</summary>
/// <remarks>Ordered: integers by value first, then UUIDs by their bytes in textual order.</remarks>
public readonly record struct PointId : IComparable<PointId>
{
    private readonly ulong _integer;
    private readonly Guid _uuid;

    /// <summary>Makes an integer id.</summary>
    /// <param name="value">Any value, 0 and <see cref="ulong.MaxValue"/> included.</param>
    public PointId(ulong value)
    {
        Kind = PointIdKind.Integer;
        _integer = value;
    }

    /// <summary>Makes a UUID id.</summary>
    /// <param name="value">Any UUID, the empty one included.</param>
    public PointId(Guid value)
    {
        Kind = PointIdKind.Uuid;
        _uuid = value;
    }

    /// <summary>Whether this is an integer or a UUID.</summary>
    public PointIdKind Kind { get; }

    /// <summary>The integer value.</summary>
    /// <exception cref="InvalidOperationException">This id is a UUID.</exception>
    public ulong Integer => Kind == PointIdKind.Integer ? _integer : throw new InvalidOperationException($"point id {this} is a UUID, not an integer");

    /// <summary>The UUID value.</summary>
    /// <exception cref="InvalidOperationException">This id is an integer.</exception>
    public Guid Uuid => Kind == PointIdKind.Uuid ? _uuid : throw new InvalidOperationException($"point id {this} is an integer, not a UUID");

    /// <summary>Wraps an integer.</summary>
    public static implicit operator PointId(ulong value) => new(value);

    /// <summary>Wraps a UUID.</summary>
    public static implicit operator PointId(Guid value) => new(value);

    /// <summary>Same as the constructor, for languages without implicit conversions.</summary>
    public static PointId FromUInt64(ulong value) => new(value);

    /// <summary>Same as the constructor, for languages without implicit conversions.</summary>
    public static PointId FromGuid(Guid value) => new(value);

    /// <summary>Reads an id from text: decimal digits are an integer, the 36-character form with hyphens a UUID.</summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static PointId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"expected an unsigned 64-bit integer or a UUID as point id, got '{text}'");

    /// <summary>Reads an id from text. Returns false, and leaves <paramref name="id"/> at integer 0, where it is no id.</summary>
    public static bool TryParse(string? text, out PointId id)
    {
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong integer))
        {
            id = new PointId(integer);
            return true;
        }

        if (Guid.TryParseExact(text, "D", out var uuid))
        {
            id = new PointId(uuid);
            return true;
        }

        id = default;
        return false;
    }

    /// <inheritdoc/>
    public int CompareTo(PointId other)
    {
        int byKind = Kind.CompareTo(other.Kind);
        if (byKind != 0)
            return byKind;

        return Kind == PointIdKind.Integer ? _integer.CompareTo(other._integer) : _uuid.CompareTo(other._uuid);
    }

    /// <summary>Decimal digits, or the 36-character lower-case UUID: what <see cref="Parse"/> reads.</summary>
    public override string ToString() => Kind == PointIdKind.Integer ? _integer.ToString(CultureInfo.InvariantCulture) : _uuid.ToString("D");

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/>.</summary>
    public static bool operator <(PointId left, PointId right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/>.</summary>
    public static bool operator >(PointId left, PointId right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/> or equals it.</summary>
    public static bool operator <=(PointId left, PointId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/> or equals it.</summary>
    public static bool operator >=(PointId left, PointId right) => left.CompareTo(right) >= 0;
}
