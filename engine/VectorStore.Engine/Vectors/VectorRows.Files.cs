using System.Buffers;
using System.Runtime.InteropServices;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Vectors;

/// <summary>The vectors file; see <see cref="VectorRowsHeader"/>.</summary>
internal sealed partial class VectorRows
{
    private const int ChunkBytes = 1024 * 1024;

    /// <summary>Reads the rows of a sealed segment; memory is exactly what they need, or none but for the presence bits where the file is to be mapped.</summary>
    /// <exception cref="CorruptDataException">The file is not what <see cref="Save"/> wrote for this dimension and count.</exception>
    public static VectorRows Load(int dimension, uint count, BlockFileReader reader)
    {
        if (reader.BodyBytes < VectorRowsHeader.Bytes)
            throw new CorruptDataException(reader.Path, reader.BodyBytes, $"a vectors file has at least {VectorRowsHeader.Bytes} bytes");

        Span<byte> head = stackalloc byte[VectorRowsHeader.Bytes];
        reader.Read(head, 0);
        var header = VectorRowsHeader.Read(head, reader.Path, dimension, count);
        if (reader.BodyBytes != header.BodyBytes)
            throw new CorruptDataException(reader.Path, reader.BodyBytes, $"expected {header.BodyBytes} bytes, found {reader.BodyBytes}");

        int packed = dimension * sizeof(float);
        var rows = reader.IsMapped
            ? new VectorRows(dimension, count, reader.Load(header.RowsOffset, (long)count * packed), packed)
            : new VectorRows(dimension, count);
        try
        {
            rows.LoadPresence(reader, header);
            if (!reader.IsMapped)
                rows.LoadRows(reader, header);

            rows._absentCount = count - header.PresentCount;
            rows._count = count;
            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>Writes all rows there are. Nobody may append meanwhile.</summary>
    public void Save(BlockFileWriter writer)
    {
        uint count = Count;
        var header = new VectorRowsHeader(Dimension, count, CountPresent(count));
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Max(ChunkBytes, Dimension * sizeof(float)));
        try
        {
            header.Write(buffer);
            writer.Write(buffer.AsSpan(0, VectorRowsHeader.Bytes));
            SavePresence(writer, header, buffer);

            int packed = Dimension * sizeof(float);
            int rowsPerChunk = Math.Max(1, ChunkBytes / packed);
            for (uint row = 0; row < count;)
            {
                int filled = 0;
                for (int i = 0; i < rowsPerChunk && row < count; i++, row++, filled += packed)
                    LittleEndian.Write(MemoryMarshal.Cast<float, uint>(RowFor(row)), buffer.AsSpan(filled, packed));

                writer.Write(buffer.AsSpan(0, filled));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void SavePresence(BlockFileWriter writer, VectorRowsHeader header, byte[] buffer)
    {
        for (long start = 0; start < header.BitmapBytes; start += buffer.Length)
        {
            int length = (int)Math.Min(buffer.Length, header.BitmapBytes - start);
            for (int i = 0; i < length; i++)
            {
                long position = start + i;
                ulong word = position * 8 < header.Count ? _presence.At<ulong>(position / sizeof(ulong)) : 0;
                buffer[i] = (byte)(word >> (int)(position % sizeof(ulong) * 8));
            }

            writer.Write(buffer.AsSpan(0, length));
        }
    }

    private void LoadPresence(BlockFileReader reader, VectorRowsHeader header)
    {
        byte[] bitmap = ArrayPool<byte>.Shared.Rent((int)header.BitmapBytes);
        try
        {
            var bytes = bitmap.AsSpan(0, (int)header.BitmapBytes);
            reader.Read(bytes, VectorRowsHeader.Bytes);
            _presence.EnsureCommitted((header.Count + BitsPerWord - 1L) / BitsPerWord * sizeof(ulong));
            for (int i = 0; i < bytes.Length; i++)
            {
                long firstPoint = (long)i * 8;
                int inRange = (int)Math.Clamp(header.Count - firstPoint, 0, 8);
                if (bytes[i] >> inRange != 0)
                    throw new CorruptDataException(reader.Path, VectorRowsHeader.Bytes + i, $"the presence bitmap names a point beyond {header.Count}");
                if (inRange > 0)
                    _presence.At<ulong>(i / sizeof(ulong)) |= (ulong)bytes[i] << (i % sizeof(ulong) * 8);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bitmap);
        }

        uint present = CountPresent(header.Count);
        if (present != header.PresentCount)
            throw new CorruptDataException(reader.Path, 8, $"the header counts {header.PresentCount} present vectors, the bitmap {present}");
    }

    private void LoadRows(BlockFileReader reader, VectorRowsHeader header)
    {
        int packed = Dimension * sizeof(float);
        long rowsBytes = (long)header.Count * packed;
        _rows.EnsureCommitted((long)header.Count * StrideBytes);
        if (packed == StrideBytes)
        {
            for (long start = 0; start < rowsBytes; start += ChunkBytes)
            {
                var chunk = _rows.Slice<byte>(start, (int)Math.Min(ChunkBytes, rowsBytes - start));
                reader.Read(chunk, header.RowsOffset + start);
                LittleEndian.ToNative(MemoryMarshal.Cast<byte, uint>(chunk));
            }

            return;
        }

        int rowsPerChunk = Math.Max(1, ChunkBytes / packed);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(rowsPerChunk * packed);
        try
        {
            for (uint first = 0; first < header.Count; first += (uint)rowsPerChunk)
            {
                int rows = (int)Math.Min(rowsPerChunk, header.Count - first);
                var chunk = MemoryMarshal.Cast<byte, float>(buffer.AsSpan(0, rows * packed));
                reader.Read(buffer.AsSpan(0, rows * packed), header.RowsOffset + ((long)first * packed));
                LittleEndian.ToNative(MemoryMarshal.Cast<float, uint>(chunk));
                for (int i = 0; i < rows; i++)
                    chunk.Slice(i * Dimension, Dimension).CopyTo(RowFor(first + (uint)i));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
