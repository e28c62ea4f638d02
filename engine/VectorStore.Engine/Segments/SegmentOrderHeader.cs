using System.Buffers.Binary;

namespace VectorStore.Engine.Segments;

/// <summary>Fixed prefix of the body of a segment's order file. See docs/format/segment-order.md, version 1. Little-endian.</summary>
/// <remarks><code>
/// offset  size  field     notes
///      0     4  rows      of the segment
///      4     4  count     places: rows that have this vector
///      8    56  reserved  written zero, rejected otherwise
/// </code>
/// Then count numbers of 4 bytes: the row of each place, each row once.
/// </remarks>
internal readonly record struct SegmentOrderHeader(uint Rows, uint Count)
{
    public const uint Version = 1;
    public const int Bytes = 64;

    private const int ReservedFrom = 8;

    public long BodyBytes => Bytes + ((long)Count * sizeof(uint));

    public void Write(Span<byte> destination)
    {
        destination[..Bytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Rows);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Count);
    }

    /// <exception cref="CorruptDataException">The header does not describe the order the caller expects.</exception>
    public static SegmentOrderHeader Read(ReadOnlySpan<byte> source, string file, uint rows, uint count)
    {
        var header = new SegmentOrderHeader(BinaryPrimitives.ReadUInt32LittleEndian(source), BinaryPrimitives.ReadUInt32LittleEndian(source[4..]));
        if (header.Rows != rows)
            throw new CorruptDataException(file, 0, "rows", rows, header.Rows);
        if (header.Count != count)
            throw new CorruptDataException(file, 4, "rows that have the vector", count, header.Count);
        if (source[ReservedFrom..Bytes].ContainsAnyExcept((byte)0))
            throw new CorruptDataException(file, ReservedFrom, "reserved bytes are set");

        return header;
    }
}
