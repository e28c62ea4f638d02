namespace VectorStore.Datasets.Formats;

/// <summary>A source whose header says how many rows of how many bytes follow: idx, fbin and npy.</summary>
/// <remarks>The header is checked against the real length: at once where the file is not compressed, at the end where it is. Nothing is allocated by its word but one row.</remarks>
internal abstract class FixedRowSource : IVectorSource
{
    private readonly DatasetStream _stream;
    private readonly byte[] _row;
    private readonly long _count;

    /// <param name="stream">Positioned at the first row.</param>
    /// <param name="count">Rows by the header.</param>
    /// <param name="dimension">Numbers per row, checked.</param>
    /// <param name="bytesPerNumber">1, 4 or 8.</param>
    protected FixedRowSource(DatasetStream stream, long count, int dimension, int bytesPerNumber)
    {
        _stream = stream;
        _count = count;
        Dimension = dimension;
        _row = new byte[dimension * bytesPerNumber];
        CheckLength();
    }

    public string File => _stream.File;

    public int Dimension { get; }

    public long? Count => _count;

    public long RowsRead { get; private set; }

    public bool TryRead(Span<float> vector)
    {
        if (RowsRead == _count)
        {
            if (!_stream.IsAtEnd())
                throw new DatasetFormatException(File, _stream.PositionBytes, $"expected the end of the file after {_count} rows, found more bytes");

            return false;
        }

        _stream.ReadExactly(_row, $"row {RowsRead} of {_count}");
        Decode(_row, vector[..Dimension]);
        RowsRead++;
        return true;
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>Turns the bytes of one row into numbers.</summary>
    protected abstract void Decode(ReadOnlySpan<byte> row, Span<float> vector);

    private void CheckLength()
    {
        if (_stream.LengthBytes is not { } length)
            return;

        // A count near the largest integer times the row size does not fit 64 bits.
        Int128 expected = _stream.PositionBytes + ((Int128)_count * _row.Length);
        if (expected != length)
        {
            throw new DatasetFormatException(
                File, 0, $"the header says {_count} rows of {_row.Length} bytes: expected a file of {expected} bytes, found {length}");
        }
    }
}
