using System.Buffers.Binary;

namespace VectorStore.Engine.Segments;

/// <summary>Fixed prefix of the body of a segment's calibration file. See docs/format/segment-calibration.md, version 2. Little-endian.</summary>
/// <remarks><code>
/// offset  size  field     notes
///      0     4  queries   sample queries it was measured with, at least 1
///      4     4  levels    1 to 16
///      8    56  reserved  written zero, rejected otherwise
/// </code>
/// Then the levels; see <see cref="CalibrationFile"/>.
/// </remarks>
internal readonly record struct CalibrationHeader(int Queries, int Levels)
{
    public const uint Version = 2;
    public const int Bytes = 64;
    public const int LevelsMax = 16;

    private const int ReservedFrom = 8;

    public void Write(Span<byte> destination)
    {
        destination[..Bytes].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(destination, Queries);
        BinaryPrimitives.WriteInt32LittleEndian(destination[4..], Levels);
    }

    /// <exception cref="CorruptDataException">No calibration has such a header.</exception>
    public static CalibrationHeader Read(ReadOnlySpan<byte> source, string file)
    {
        var header = new CalibrationHeader(BinaryPrimitives.ReadInt32LittleEndian(source), BinaryPrimitives.ReadInt32LittleEndian(source[4..]));
        if (header.Queries < 1)
            throw new CorruptDataException(file, 0, $"measured with {header.Queries} queries");
        if (header.Levels is < 1 or > LevelsMax)
            throw new CorruptDataException(file, 4, $"expected 1 to {LevelsMax} levels, found {header.Levels}");
        if (source[ReservedFrom..Bytes].ContainsAnyExcept((byte)0))
            throw new CorruptDataException(file, ReservedFrom, "reserved bytes are set");

        return header;
    }
}
