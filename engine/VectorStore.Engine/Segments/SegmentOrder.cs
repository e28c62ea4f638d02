using System.Buffers;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Segments;

/// <summary>The order file of a sealed index; see <see cref="SegmentOrderHeader"/>.</summary>
internal static class SegmentOrder
{
    private const int NumbersPerChunk = 64 * 1024;

    public static void Save(NativeArena order, uint rows, uint count, BlockFileWriter writer)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(NumbersPerChunk * sizeof(uint));
        try
        {
            new SegmentOrderHeader(rows, count).Write(buffer);
            writer.Write(buffer.AsSpan(0, SegmentOrderHeader.Bytes));
            for (uint first = 0; first < count; first += NumbersPerChunk)
            {
                int numbers = (int)Math.Min(NumbersPerChunk, count - first);
                var bytes = buffer.AsSpan(0, numbers * sizeof(uint));
                LittleEndian.Write(order.Slice<uint>(first * (long)sizeof(uint), numbers), bytes);
                writer.Write(bytes);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads the rows by place. Each is a row that has the vector, and none comes twice, so all of them are there.</summary>
    /// <exception cref="CorruptDataException">The file is not what <see cref="Save"/> wrote for these vectors.</exception>
    public static NativeArena Load(VectorRows vectors, BlockFileReader reader)
    {
        if (reader.BodyBytes < SegmentOrderHeader.Bytes)
            throw new CorruptDataException(reader.Path, reader.BodyBytes, $"an order file has at least {SegmentOrderHeader.Bytes} bytes");

        Span<byte> head = stackalloc byte[SegmentOrderHeader.Bytes];
        reader.Read(head, 0);
        var header = SegmentOrderHeader.Read(head, reader.Path, vectors.Count, vectors.PresentCount);
        if (reader.BodyBytes != header.BodyBytes)
            throw new CorruptDataException(reader.Path, reader.BodyBytes, $"expected {header.BodyBytes} bytes, found {reader.BodyBytes}");

        var order = reader.Load(SegmentOrderHeader.Bytes, (long)header.Count * sizeof(uint));
        try
        {
            using var seen = new RowBitmap(vectors.Count);
            for (uint place = 0; place < header.Count; place++)
            {
                // In place where bytes on disk are not numbers of this machine; such files are never mapped.
                var number = order.Slice<uint>(place * (long)sizeof(uint), 1);
                LittleEndian.ToNative(number);

                var row = new PointOffset(number[0]);
                if (row.Value >= vectors.Count || !vectors.HasVector(row) || seen.AsFilter().Accepts(row))
                    throw new CorruptDataException(reader.Path, SegmentOrderHeader.Bytes + (place * (long)sizeof(uint)), $"place {place} cannot be row {row}");

                seen.Add(row);
            }

            return order;
        }
        catch
        {
            order.Dispose();
            throw;
        }
    }
}
