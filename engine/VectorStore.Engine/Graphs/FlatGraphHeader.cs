using System.Buffers.Binary;

namespace VectorStore.Engine.Graphs;

/// <summary>Fixed prefix of the body of a flat graph's file. See docs/format/segment-flat-graph.md, version 2. Little-endian.</summary>
/// <remarks><code>
/// offset  size  field      notes
///      0     4  degree     slots per point, 2 to 512
///      4     4  count      points
///      8     4  seedCount  points, the first ones, where walks start; 1 to count, 0 where count is 0
///     12     4  levels     graphs over seeds that follow, 0 to 8
///     16    48  reserved   written zero, rejected otherwise
/// </code>
/// Then count lists of degree × u32: links, the point's own number from the end of the list on. Then, where levels is not 0, the graph over the seeds: the same again, its count being seedCount and its levels one less.
/// </remarks>
internal readonly record struct FlatGraphHeader(int Degree, uint Count, uint SeedCount, int Levels)
{
    public const uint Version = 2;
    public const int Bytes = 64;
    public const int DegreeMax = 512;
    public const int LevelsMax = 8;

    private const int ReservedFrom = 16;

    public long LinksBytes => (long)Count * Degree * sizeof(uint);

    public void Write(Span<byte> destination)
    {
        destination[..Bytes].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(destination, Degree);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Count);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], SeedCount);
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], Levels);
    }

    /// <param name="source"><see cref="Bytes"/> of the file.</param>
    /// <param name="file">Its path.</param>
    /// <param name="offset">Where in its body the header is.</param>
    /// <param name="count">Points it must be of.</param>
    /// <exception cref="CorruptDataException">The header does not describe a graph of <paramref name="count"/> points.</exception>
    public static FlatGraphHeader Read(ReadOnlySpan<byte> source, string file, long offset, uint count)
    {
        var header = new FlatGraphHeader(
            BinaryPrimitives.ReadInt32LittleEndian(source),
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[12..]));
        if (header.Degree is < 2 or > DegreeMax)
            throw new CorruptDataException(file, offset, $"degree {header.Degree}, expected 2 to {DegreeMax}");
        if (header.Count != count)
            throw new CorruptDataException(file, offset + 4, $"expected {count} points, found {header.Count}");
        if (header.SeedCount > count || (header.SeedCount == 0) != (count == 0))
            throw new CorruptDataException(file, offset + 8, $"{header.SeedCount} seeds of {count} points");
        if (header.Levels is < 0 or > LevelsMax || (header.Levels > 0 && header.SeedCount == count))
            throw new CorruptDataException(file, offset + 12, $"{header.Levels} levels over {header.SeedCount} seeds of {count} points");
        if (source[ReservedFrom..Bytes].ContainsAnyExcept((byte)0))
            throw new CorruptDataException(file, offset + ReservedFrom, "reserved bytes are set");

        return header;
    }
}
