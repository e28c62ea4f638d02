using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Vectors;

/// <summary>Rows of a vectors file that is mapped, read once more for a copy: out of the file and not the map, each block checked, and checked once.</summary>
/// <remarks>
/// What is copied gets checksums of its own, so it must be what the old ones prove, now: since the file was mapped the disk may have changed a block that the system had dropped from memory. The bytes that were checked are the ones that
/// are handed out; a disk that refuses to read is an error here, and would be a signal in the map. One thread.
/// </remarks>
internal sealed class CheckedRows : IDisposable
{
    private const int ChunkBytes = 256 * BlockFileFormat.BlockBytes;

    private readonly BlockFileReader _file;
    private readonly int _rowBytes;
    private readonly long _rowsOffset;
    private readonly byte[] _buffer;

    // The part of the body that the buffer holds.
    private long _from;
    private long _to;

    /// <param name="file">The vectors file, which is disposed with this.</param>
    /// <param name="dimension">Numbers of a row.</param>
    /// <param name="count">Rows it was opened with before.</param>
    public CheckedRows(BlockFileReader file, int dimension, uint count)
    {
        var header = new VectorRowsHeader(dimension, count, PresentCount: 0);
        if (file.BodyBytes != header.BodyBytes)
            throw new CorruptDataException(file.Path, file.BodyBytes, $"expected {header.BodyBytes} bytes, found {file.BodyBytes}");

        _file = file;
        _rowBytes = dimension * sizeof(float);
        _rowsOffset = header.RowsOffset;
        _buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes + _rowBytes);
    }

    /// <summary>One row, zeros where the point has no vector. Rows are asked for in ascending order; of those passed over, only what lies close to others is read. Valid until the next call.</summary>
    /// <exception cref="CorruptDataException">A block that the row touches is not what was written.</exception>
    public ReadOnlySpan<float> Row(uint row)
    {
        long from = _rowsOffset + (row * (long)_rowBytes);
        Debug.Assert(from >= _from, "rows are read in ascending order");
        if (from + _rowBytes > _to)
            Read(from);

        return MemoryMarshal.Cast<byte, float>(_buffer.AsSpan((int)(from - _from), _rowBytes));
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _file.Dispose();
    }

    private void Read(long from)
    {
        // What is left of the buffer is the beginning of the row; what follows it begins a block.
        int kept = (int)Math.Max(0, _to - from);
        if (kept > 0)
        {
            _buffer.AsSpan((int)(from - _from), kept).CopyTo(_buffer);
            _from = from;
        }
        else
        {
            _from = _to = from / BlockFileFormat.BlockBytes * BlockFileFormat.BlockBytes;
        }

        int length = (int)Math.Min(ChunkBytes, _file.BodyBytes - _to);
        _file.Read(_buffer.AsSpan(kept, length), _to);
        _to += length;
    }
}
