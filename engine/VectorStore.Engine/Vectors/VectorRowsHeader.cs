using System.Buffers.Binary;

namespace VectorStore.Engine.Vectors;

/// <summary>Fixed prefix of the body of a segment's vectors file. See docs/format/segment-vectors.md, version 1. Little-endian.</summary>
/// <remarks><code>
/// offset  size  field         notes
///      0     4  dimension     numbers per row
///      4     4  count         rows, one per point of the segment
///      8     4  presentCount  rows whose point has this vector
///     12    52  reserved      written zero, rejected otherwise
/// </code>
/// Then the presence bitmap, ceil(count / 512) × 64 bytes (bit i % 8 of byte i / 8 says whether point i has this vector; bits from count on are zero),
/// then count rows of dimension × 4 bytes, float32; rows of absent vectors are zero.
/// </remarks>
internal readonly record struct VectorRowsHeader(int Dimension, uint Count, uint PresentCount)
{
    public const uint Version = 1;
    public const int Bytes = 64;

    private const int ReservedFrom = 12;
    private const int BitmapUnitBytes = 64;

    /// <summary>Bytes of the bitmap, a multiple of 64 so that rows start aligned in the file.</summary>
    public long BitmapBytes => ((long)Count + (BitmapUnitBytes * 8) - 1) / (BitmapUnitBytes * 8) * BitmapUnitBytes;

    public long RowsOffset => Bytes + BitmapBytes;

    public long BodyBytes => RowsOffset + ((long)Count * Dimension * sizeof(float));

    public void Write(Span<byte> destination)
    {
        destination[..Bytes].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(destination, Dimension);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Count);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], PresentCount);
    }

    /// <exception cref="CorruptDataException">The header does not describe the vectors the caller expects.</exception>
    public static VectorRowsHeader Read(ReadOnlySpan<byte> source, string file, int dimension, uint count)
    {
        var header = new VectorRowsHeader(
            BinaryPrimitives.ReadInt32LittleEndian(source),
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]));
        if (header.Dimension != dimension)
            throw new CorruptDataException(file, 0, $"expected dimension {dimension}, found {header.Dimension}");
        if (header.Count != count)
            throw new CorruptDataException(file, 4, $"expected {count} rows, found {header.Count}");
        if (header.PresentCount > count)
            throw new CorruptDataException(file, 8, $"{header.PresentCount} present vectors of {count} points");
        if (source[ReservedFrom..Bytes].ContainsAnyExcept((byte)0))
            throw new CorruptDataException(file, ReservedFrom, "reserved bytes are set");

        return header;
    }
}
