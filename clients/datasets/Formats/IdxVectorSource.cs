namespace VectorStore.Datasets.Formats;

/// <summary>Images of an MNIST (idx) file as vectors: each pixel a float from 0 to 255.</summary>
internal sealed class IdxVectorSource : FixedRowSource
{
    private IdxVectorSource(DatasetStream stream, long count, int dimension)
        : base(stream, count, dimension, bytesPerNumber: 1)
    {
    }

    public static IdxVectorSource Open(string path)
    {
        var stream = DatasetStream.Open(path);
        try
        {
            var header = IdxHeader.Read(stream, axesMin: 2, axesMax: 4);
            return new IdxVectorSource(stream, header.Count, DimensionLimits.Check(stream, 8, header.RowLength));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    protected override void Decode(ReadOnlySpan<byte> row, Span<float> vector)
    {
        for (int i = 0; i < vector.Length; i++)
            vector[i] = row[i];
    }
}
