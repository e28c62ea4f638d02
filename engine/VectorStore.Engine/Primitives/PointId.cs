using System.Globalization;

namespace VectorStore.Engine;

/// <summary>The user's name of a point: an unsigned 64-bit integer or a UUID. The two kinds never equal each other.</summary>
/// <remarks>Ordered: integers by value first, then UUIDs by their bytes in textual order.</remarks>
public readonly record struct PointId : IComparable<PointId>
{
    private PointId(PointIdKind kind, ulong high, ulong low)
    {
        Kind = kind;
        High = high;
        Low = low;
    }

    /// <summary>Makes an integer id.</summary>
    /// <param name="value">Any value, 0 and <see cref="ulong.MaxValue"/> included.</param>
    public PointId(ulong value)
        : this(PointIdKind.Integer, 0, value)
    {
    }

    /// <summary>Makes a UUID id.</summary>
    /// <param name="value">Any UUID, the empty one included.</param>
    public PointId(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        Kind = PointIdKind.Uuid;
        High = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes);
        Low = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
    }

    /// <summary>Whether this is an integer or a UUID.</summary>
    public PointIdKind Kind { get; }

    /// <summary>The upper 64 bits of a UUID in textual order; 0 for an integer.</summary>
    internal ulong High { get; }

    /// <summary>The lower 64 bits of a UUID in textual order; the value of an integer.</summary>
    internal ulong Low { get; }

    /// <summary>The integer value.</summary>
    /// <exception cref="InvalidOperationException">This id is a UUID.</exception>
    public ulong Integer => Kind == PointIdKind.Integer ? Low : throw new InvalidOperationException($"point id {this} is a UUID, not an integer");

    /// <summary>The UUID value.</summary>
    /// <exception cref="InvalidOperationException">This id is an integer.</exception>
    public Guid Uuid
    {
        get
        {
            if (Kind != PointIdKind.Uuid)
                throw new InvalidOperationException($"point id {this} is an integer, not a UUID");

            Span<byte> bytes = stackalloc byte[16];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
            return new Guid(bytes, bigEndian: true);
        }
    }

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

        int byHigh = High.CompareTo(other.High);
        return byHigh != 0 ? byHigh : Low.CompareTo(other.Low);
    }

    /// <summary>Decimal digits, or the 36-character lower-case UUID: what <see cref="Parse"/> reads.</summary>
    public override string ToString() => Kind == PointIdKind.Integer ? Low.ToString(CultureInfo.InvariantCulture) : Uuid.ToString("D");

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/>.</summary>
    public static bool operator <(PointId left, PointId right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/>.</summary>
    public static bool operator >(PointId left, PointId right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/> or equals it.</summary>
    public static bool operator <=(PointId left, PointId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/> or equals it.</summary>
    public static bool operator >=(PointId left, PointId right) => left.CompareTo(right) >= 0;

    /// <summary>Puts an id together from its stored parts.</summary>
    internal static PointId FromParts(PointIdKind kind, ulong high, ulong low) => new(kind, high, low);
}
