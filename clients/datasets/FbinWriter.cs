using System.Buffers.Binary;
using VectorStore.Datasets.Formats;

namespace VectorStore.Datasets;

/// <summary>Writes an fbin file row by row; the number of rows is said first and kept.</summary>
public sealed class FbinWriter : IDisposable
{
    private readonly FileStream _file;
    private readonly byte[] _row;
    private readonly long _count;
    private long _rowsWritten;

    /// <summary>Starts a file, replacing one that exists.</summary>
    /// <param name="path">The file.</param>
    /// <param name="count">Rows that will follow.</param>
    /// <param name="dimension">Numbers per row.</param>
    public FbinWriter(string path, long count, int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, uint.MaxValue);
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        _row = new byte[dimension * sizeof(float)];
        _count = count;
        Span<byte> header = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)count);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], dimension);
        _file.Write(header);
    }

    /// <summary>Appends a row.</summary>
    public void Write(ReadOnlySpan<float> vector)
    {
        if (_rowsWritten == _count)
            throw new InvalidOperationException($"expected {_count} rows, got one more");

        LittleEndianFloats.Write(vector, _row);
        _file.Write(_row);
        _rowsWritten++;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();
}
