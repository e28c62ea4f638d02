using System.Buffers.Binary;

namespace VectorStore.Engine.Hnsw;

/// <summary>Fixed prefix of the body of a segment's graph file. See docs/format/segment-graph.md, version 1. Little-endian.</summary>
/// <remarks><code>
/// offset  size  field        notes
///      0     4  m            slots of an upper list; a bottom list has twice as many
///      4     4  count        points of the segment
///      8     4  pointCount   points in the graph: those that have this vector
///     12     4  entry        offset plus one of the point where searches start; 0 in an empty graph
///     16     4  entryLevel   its level, the highest there is; 0 in an empty graph
///     20     4  upperLists   lists above the bottom layer
///     24    40  reserved     written zero, rejected otherwise
/// </code>
/// Then a level byte per point (0 not in the graph, else level plus one), padded with zeros to a multiple of 64 bytes; then a bottom list per point; then the upper
/// lists in order of point and layer. A slot is 0 or a neighbour's offset plus one; the first 0 ends a list and only zeros follow.
/// </remarks>
internal readonly record struct HnswGraphHeader(int M, uint Count, uint PointCount, uint Entry, int EntryLevel, uint UpperLists)
{
    public const uint Version = 1;
    public const int Bytes = 64;

    private const int ReservedFrom = 24;
    private const int LevelsUnitBytes = 64;

    public long LevelsBytes => ((long)Count + LevelsUnitBytes - 1) / LevelsUnitBytes * LevelsUnitBytes;

    public long BottomOffset => Bytes + LevelsBytes;

    public long BottomBytes => (long)Count * 2 * M * sizeof(uint);

    public long UpperOffset => BottomOffset + BottomBytes;

    public long UpperBytes => (long)UpperLists * M * sizeof(uint);

    public long BodyBytes => UpperOffset + UpperBytes;

    public void Write(Span<byte> destination)
    {
        destination[..Bytes].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(destination, M);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Count);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], PointCount);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], Entry);
        BinaryPrimitives.WriteInt32LittleEndian(destination[16..], EntryLevel);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[20..], UpperLists);
    }

    /// <exception cref="CorruptDataException">The header does not describe a graph of this M over this many points.</exception>
    public static HnswGraphHeader Read(ReadOnlySpan<byte> source, string file, int m, uint count)
    {
        var header = new HnswGraphHeader(
            BinaryPrimitives.ReadInt32LittleEndian(source),
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[20..]));
        if (header.M != m)
            throw new CorruptDataException(file, 0, $"expected M {m}, found {header.M}");
        if (header.Count != count)
            throw new CorruptDataException(file, 4, $"expected {count} points, found {header.Count}");
        if (header.PointCount > count)
            throw new CorruptDataException(file, 8, $"{header.PointCount} points in a graph of {count}");
        if (header.Entry > count || (header.Entry == 0) != (header.PointCount == 0))
            throw new CorruptDataException(file, 12, $"entry {header.Entry} in a graph of {header.PointCount} points with offsets below {count}");
        if (header.EntryLevel is < 0 or > HnswGraph.LevelMax)
            throw new CorruptDataException(file, 16, $"level {header.EntryLevel}, at most {HnswGraph.LevelMax} is possible");
        if (header.UpperLists > (ulong)count * HnswGraph.LevelMax)
            throw new CorruptDataException(file, 20, $"{header.UpperLists} upper lists of {count} points");
        if (source[ReservedFrom..Bytes].ContainsAnyExcept((byte)0))
            throw new CorruptDataException(file, ReservedFrom, "reserved bytes are set");

        return header;
    }
}
