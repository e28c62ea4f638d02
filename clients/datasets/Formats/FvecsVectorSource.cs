using System.Buffers.Binary;

namespace VectorStore.Datasets.Formats;

/// <summary>The TEXMEX format: each row an int32 dimension and that many float32, little-endian. Only the end of the file says how many rows there are.</summary>
internal sealed class FvecsVectorSource : IVectorSource
{
    private readonly DatasetStream _stream;
    private readonly byte[] _row;

    private FvecsVectorSource(DatasetStream stream, int dimension)
    {
        _stream = stream;
        Dimension = dimension;
        _row = new byte[sizeof(int) + (dimension * sizeof(float))];
        Count = stream.LengthBytes / _row.Length;
    }

    public string File => _stream.File;

    public int Dimension { get; }

    public long? Count { get; }

    public long RowsRead { get; private set; }

    public static FvecsVectorSource Open(string path)
    {
        // The first row's dimension is every row's, and has to be known before any row is read: look, then start again.
        using (var probe = DatasetStream.Open(path))
        {
            Span<byte> first = stackalloc byte[4];
            probe.ReadExactly(first, "the dimension of row 0");
            int dimension = DimensionLimits.Check(probe, 0, BinaryPrimitives.ReadInt32LittleEndian(first));
            return new FvecsVectorSource(DatasetStream.Open(path), dimension);
        }
    }

    public bool TryRead(Span<float> vector)
    {
        if (_stream.IsAtEnd())
            return false;

        long start = _stream.PositionBytes;
        _stream.ReadExactly(_row, $"row {RowsRead}");
        int dimension = BinaryPrimitives.ReadInt32LittleEndian(_row);
        if (dimension != Dimension)
            throw new DatasetFormatException(File, start, $"row {RowsRead}: expected dimension {Dimension} as in row 0, found {dimension}");

        LittleEndianFloats.Read(_row.AsSpan(sizeof(int)), vector[..Dimension]);
        RowsRead++;
        return true;
    }

    public void Dispose() => _stream.Dispose();
}
