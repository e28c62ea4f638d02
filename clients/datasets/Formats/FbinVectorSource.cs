using System.Buffers.Binary;

namespace VectorStore.Datasets.Formats;

/// <summary>The format of the billion-scale benchmarks: uint32 rows, uint32 dimension, then float32, all little-endian.</summary>
internal sealed class FbinVectorSource : FixedRowSource
{
    private FbinVectorSource(DatasetStream stream, long count, int dimension)
        : base(stream, count, dimension, sizeof(float))
    {
    }

    public static FbinVectorSource Open(string path)
    {
        var stream = DatasetStream.Open(path);
        try
        {
            Span<byte> header = stackalloc byte[8];
            stream.ReadExactly(header, "the fbin header");
            int dimension = DimensionLimits.Check(stream, 4, BinaryPrimitives.ReadUInt32LittleEndian(header[4..]));
            return new FbinVectorSource(stream, BinaryPrimitives.ReadUInt32LittleEndian(header), dimension);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    protected override void Decode(ReadOnlySpan<byte> row, Span<float> vector) => LittleEndianFloats.Read(row, vector);
}
