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
        long offset = 0;
        var graph = Load(count, levels: null, reader, ref offset);
        if (offset == reader.BodyBytes)
            return graph;

        graph.Dispose();
        throw new CorruptDataException(reader.Path, offset, $"expected {offset} bytes, found {reader.BodyBytes}");
    }

    public void Save(BlockFileWriter writer)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (var graph = this; graph is not null; graph = graph.Entries)
                graph.SaveAlone(writer, buffer);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static FlatGraph Load(uint count, int? levels, BlockFileReader reader, ref long offset)
    {
        long start = offset;
        if (reader.BodyBytes - start < FlatGraphHeader.Bytes)
            throw new CorruptDataException(reader.Path, reader.BodyBytes, $"a graph has at least {FlatGraphHeader.Bytes} bytes");

        Span<byte> head = stackalloc byte[FlatGraphHeader.Bytes];
        reader.Read(head, start);
        var header = FlatGraphHeader.Read(head, reader.Path, start, count);
        if (levels is not null && header.Levels != levels)
            throw new CorruptDataException(reader.Path, start, $"expected {levels} levels, found {header.Levels}");

        offset = start + FlatGraphHeader.Bytes + header.LinksBytes;
        if (offset > reader.BodyBytes)
            throw new CorruptDataException(reader.Path, reader.BodyBytes, $"expected {offset} bytes at least, found {reader.BodyBytes}");

        var graph = new FlatGraph(count, header.Degree, header.SeedCount, reader.Load(start + FlatGraphHeader.Bytes, header.LinksBytes));
        try
        {
            for (long chunk = 0; chunk < header.LinksBytes; chunk += ChunkBytes)
                LittleEndian.ToNative(graph._links.Slice<uint>(chunk, (int)Math.Min(ChunkBytes, header.LinksBytes - chunk) / sizeof(uint)));

            graph.CheckLinks(reader.Path, start);
            graph.Entries = header.Levels > 0 ? Load(header.SeedCount, header.Levels - 1, reader, ref offset) : null;
            return graph;
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    private void SaveAlone(BlockFileWriter writer, byte[] buffer)
    {
        new FlatGraphHeader(Degree, Count, SeedCount, Levels).Write(buffer);
        writer.Write(buffer.AsSpan(0, FlatGraphHeader.Bytes));
        long total = (long)Count * Degree * sizeof(uint);
        for (long start = 0; start < total; start += ChunkBytes)
        {
            int bytes = (int)Math.Min(ChunkBytes, total - start);
            LittleEndian.Write(_links.Slice<uint>(start, bytes / sizeof(uint)), buffer.AsSpan(0, bytes));
            writer.Write(buffer.AsSpan(0, bytes));
        }
    }

    /// <summary>Every link leads to another point, so that no walk leaves the memory.</summary>
    private void CheckLinks(string file, long start)
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
                    long offset = start + FlatGraphHeader.Bytes + (((long)point * Degree) + i) * sizeof(uint);
                    throw new CorruptDataException(file, offset, $"point {point} is linked to {room[i]}, where that cannot be");
                }

                ended |= empty;
            }
        }
    }
}
