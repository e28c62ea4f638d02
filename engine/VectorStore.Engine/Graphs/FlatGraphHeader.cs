using System.Buffers.Binary;

namespace VectorStore.Engine.Graphs;

/// <summary>Fixed prefix of the body of a flat graph's file. See docs/format/segment-flat-graph.md, version 1. Little-endian.</summary>
/// <remarks><code>
/// offset  size  field      notes
///      0     4  degree     slots per point, 2 to 512
///      4     4  count      points
///      8     4  seedCount  points, the first ones, where walks start; 1 to count, 0 where count is 0
///     12    52  reserved   written zero, rejected otherwise
/// </code>
/// Then count lists of degree × u32: links, the point's own number from the end of the list on.
/// </remarks>
internal readonly record struct FlatGraphHeader(int Degree, uint Count, uint SeedCount)
{
    public const uint Version = 1;
    public const int Bytes = 64;
    public const int DegreeMax = 512;

    private const int ReservedFrom = 12;

    public long LinksBytes => (long)Count * Degree * sizeof(uint);

    public long BodyBytes => Bytes + LinksBytes;

    public void Write(Span<byte> destination)
    {
        destination[..Bytes].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(destination, Degree);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Count);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], SeedCount);
    }

    /// <exception cref="CorruptDataException">The header does not describe a graph of <paramref name="count"/> points.</exception>
    public static FlatGraphHeader Read(ReadOnlySpan<byte> source, string file, uint count)
    {
        var header = new FlatGraphHeader(
            BinaryPrimitives.ReadInt32LittleEndian(source),
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]));
        if (header.Degree is < 2 or > DegreeMax)
            throw new CorruptDataException(file, 0, $"degree {header.Degree}, expected 2 to {DegreeMax}");
        if (header.Count != count)
            throw new CorruptDataException(file, 4, $"expected {count} points, found {header.Count}");
        if (header.SeedCount > count || (header.SeedCount == 0) != (count == 0))
            throw new CorruptDataException(file, 8, $"{header.SeedCount} seeds of {count} points");
        if (source[ReservedFrom..Bytes].ContainsAnyExcept((byte)0))
            throw new CorruptDataException(file, ReservedFrom, "reserved bytes are set");

        return header;
    }
}
