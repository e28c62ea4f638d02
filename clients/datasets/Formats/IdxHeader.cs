using System.Buffers.Binary;

namespace VectorStore.Datasets.Formats;

/// <summary>The start of an MNIST (idx) file: magic <c>00 00 type axes</c>, then one big-endian uint32 per axis.</summary>
/// <param name="Count">Length of the first axis: rows.</param>
/// <param name="RowLength">Product of the other axes: numbers per row; 1 where there is only one axis.</param>
internal readonly record struct IdxHeader(long Count, long RowLength)
{
    private const byte UnsignedByteType = 0x08;
    private const int AxesMax = 4;

    public static IdxHeader Read(DatasetStream stream, int axesMin, int axesMax)
    {
        Span<byte> magic = stackalloc byte[4];
        stream.ReadExactly(magic, "the idx header");
        if (magic[0] != 0 || magic[1] != 0 || magic[2] != UnsignedByteType || magic[3] < axesMin || magic[3] > Math.Min(axesMax, AxesMax))
        {
            string axes = axesMin == axesMax ? $"{axesMin:x2}" : $"{axesMin:x2} to {axesMax:x2}";
            throw new DatasetFormatException(
                stream.File, 0, $"expected the idx magic 00 00 08 {axes}, found {magic[0]:x2} {magic[1]:x2} {magic[2]:x2} {magic[3]:x2}");
        }

        Span<byte> axis = stackalloc byte[4];
        stream.ReadExactly(axis, "the idx header");
        long count = BinaryPrimitives.ReadUInt32BigEndian(axis);
        Int128 rowLength = 1;
        for (int i = 1; i < magic[3]; i++)
        {
            stream.ReadExactly(axis, "the idx header");
            rowLength *= BinaryPrimitives.ReadUInt32BigEndian(axis);
        }

        return new IdxHeader(count, rowLength > long.MaxValue ? long.MaxValue : (long)rowLength);
    }
}
