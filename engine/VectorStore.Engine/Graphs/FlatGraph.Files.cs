using System.Buffers;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Graphs;

/// <summary>The graph file; see <see cref="FlatGraphHeader"/>.</summary>
internal sealed partial class FlatGraph
{
    private const int ChunkBytes = 1024 * 1024;

    /// <summary>Reads, or maps, what <see cref="Save"/> wrote; every link is checked.</summary>
    /// <exception cref="CorruptDataException">The file is not what was written, or holds links that no graph can have.</exception>
    public static FlatGraph Load(uint count, BlockFileReader reader)
    {
        if (reader.BodyBytes < FlatGraphHeader.Bytes)
            throw new CorruptDataException(reader.Path, reader.BodyBytes, $"a graph file has at least {FlatGraphHeader.Bytes} bytes");

        Span<byte> head = stackalloc byte[FlatGraphHeader.Bytes];
        reader.Read(head, 0);
        var header = FlatGraphHeader.Read(head, reader.Path, count);
        if (reader.BodyBytes != header.BodyBytes)
            throw new CorruptDataException(reader.Path, reader.BodyBytes, $"expected {header.BodyBytes} bytes, found {reader.BodyBytes}");

        var graph = new FlatGraph(count, header.Degree, header.SeedCount, reader.Load(FlatGraphHeader.Bytes, header.LinksBytes));
        try
        {
            for (long start = 0; start < header.LinksBytes; start += ChunkBytes)
                LittleEndian.ToNative(graph._links.Slice<uint>(start, (int)Math.Min(ChunkBytes, header.LinksBytes - start) / sizeof(uint)));

            graph.CheckLinks(reader.Path);
            return graph;
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    public void Save(BlockFileWriter writer)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            new FlatGraphHeader(Degree, Count, SeedCount).Write(buffer);
            writer.Write(buffer.AsSpan(0, FlatGraphHeader.Bytes));
            long total = (long)Count * Degree * sizeof(uint);
            for (long start = 0; start < total; start += ChunkBytes)
            {
                int bytes = (int)Math.Min(ChunkBytes, total - start);
                LittleEndian.Write(_links.Slice<uint>(start, bytes / sizeof(uint)), buffer.AsSpan(0, bytes));
                writer.Write(buffer.AsSpan(0, bytes));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Every link leads to another point, so that no walk leaves the memory.</summary>
    private void CheckLinks(string file)
    {
        for (uint point = 0; point < Count; point++)
        {
            var room = RoomOf(point);
            bool ended = false;
            for (int i = 0; i < room.Length; i++)
            {
                bool empty = room[i] == point;
                if (!empty && (ended || room[i] >= Count))
                {
                    long offset = FlatGraphHeader.Bytes + (((long)point * Degree) + i) * sizeof(uint);
                    throw new CorruptDataException(file, offset, $"point {point} is linked to {room[i]}, where that cannot be");
                }

                ended |= empty;
            }
        }
    }
}
