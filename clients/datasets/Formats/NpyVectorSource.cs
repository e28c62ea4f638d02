using System.Buffers.Binary;

namespace VectorStore.Datasets.Formats;

/// <summary>A NumPy array of two axes in C order, of float32, float64 (rounded to float32) or uint8.</summary>
internal sealed class NpyVectorSource : FixedRowSource
{
    private readonly int _bytesPerNumber;

    private NpyVectorSource(DatasetStream stream, NpyHeader header, int bytesPerNumber)
        : base(stream, header.Count, header.Dimension, bytesPerNumber)
    {
        _bytesPerNumber = bytesPerNumber;
    }

    public static NpyVectorSource Open(string path)
    {
        var stream = DatasetStream.Open(path);
        try
        {
            var header = NpyHeader.Read(stream);
            return new NpyVectorSource(stream, header, header.Type switch { "<f4" => sizeof(float), "<f8" => sizeof(double), _ => sizeof(byte) });
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    protected override void Decode(ReadOnlySpan<byte> row, Span<float> vector)
    {
        if (_bytesPerNumber == sizeof(float))
        {
            LittleEndianFloats.Read(row, vector);
            return;
        }

        for (int i = 0; i < vector.Length; i++)
            vector[i] = _bytesPerNumber == sizeof(byte) ? row[i] : (float)BinaryPrimitives.ReadDoubleLittleEndian(row[(i * sizeof(double))..]);
    }
}
