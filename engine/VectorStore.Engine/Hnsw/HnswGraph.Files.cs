using System.Buffers;
using System.Diagnostics;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Hnsw;

/// <summary>The graph file; see <see cref="HnswGraphHeader"/>.</summary>
internal sealed partial class HnswGraph
{
    private const int ChunkBytes = 1024 * 1024;

    /// <summary>Whether the point was inserted. Meaningful while nobody inserts.</summary>
    public bool Contains(PointOffset point) => _levels.At<byte>(point.Value) != 0;

    /// <summary>Reads the graph of a sealed segment of <paramref name="count"/> points; memory is exactly what it needs.</summary>
    /// <exception cref="CorruptDataException">The file is not what <see cref="Save"/> wrote, or holds links that no graph can have.</exception>
    public static HnswGraph Load(int m, int efConstruction, uint count, BlockFileReader reader)
    {
        if (reader.BodyBytes < HnswGraphHeader.Bytes)
            throw new CorruptDataException(reader.Path, reader.BodyBytes, $"a graph file has at least {HnswGraphHeader.Bytes} bytes");

        Span<byte> head = stackalloc byte[HnswGraphHeader.Bytes];
        reader.Read(head, 0);
        var header = HnswGraphHeader.Read(head, reader.Path, m, count);
        if (reader.BodyBytes != header.BodyBytes)
            throw new CorruptDataException(reader.Path, reader.BodyBytes, $"expected {header.BodyBytes} bytes, found {reader.BodyBytes}");

        var graph = new HnswGraph(m, efConstruction, count, header.UpperLists);
        try
        {
            graph._bottom.EnsureCommitted(header.BottomBytes);
            graph._upper.EnsureCommitted(header.UpperBytes);
            graph._upperStarts.EnsureCommitted((long)count * sizeof(uint));
            graph._levels.EnsureCommitted(count);
            graph.LoadLevels(reader, header);
            LoadSlots(reader, graph._bottom, header.BottomOffset, header.BottomBytes);
            LoadSlots(reader, graph._upper, header.UpperOffset, header.UpperBytes);
            graph.CheckLinks(reader.Path, header);
            graph._upperLists = header.UpperLists;
            graph._room = count;
            graph._entry = header.Entry == 0 ? 0 : PackEntry(header.Entry - 1, header.EntryLevel);
            return graph;
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    /// <summary>Writes the graph over the points below <paramref name="count"/>, which all were inserted or have no vector. Nobody may insert meanwhile.</summary>
    public void Save(BlockFileWriter writer, uint count)
    {
        Debug.Assert(count <= Room, "points beyond the room cannot be in the graph");
        uint pointCount = 0;
        uint upperLists = 0;
        for (uint point = 0; point < count; point++)
        {
            byte level = _levels.At<byte>(point);
            pointCount += level > 0 ? 1u : 0u;
            upperLists += level > 0 ? level - 1u : 0u;
        }

        long entry = Volatile.Read(ref _entry);
        var header = new HnswGraphHeader(_m, count, pointCount, entry == 0 ? 0 : PointOfEntry(entry) + 1, Math.Max(0, LevelOfEntry(entry)), upperLists);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            header.Write(buffer);
            writer.Write(buffer.AsSpan(0, HnswGraphHeader.Bytes));
            SaveLevels(writer, header, buffer);
            for (uint point = 0; point < count; point++)
                SaveList(writer, Slots(point, 0), buffer);

            for (uint point = 0; point < count; point++)
            {
                for (int layer = 1; layer < _levels.At<byte>(point); layer++)
                    SaveList(writer, Slots(point, layer), buffer);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void SaveList(BlockFileWriter writer, ReadOnlySpan<uint> slots, byte[] buffer)
    {
        LittleEndian.Write(slots, buffer.AsSpan(0, slots.Length * SlotBytes));
        writer.Write(buffer.AsSpan(0, slots.Length * SlotBytes));
    }

    private void SaveLevels(BlockFileWriter writer, HnswGraphHeader header, byte[] buffer)
    {
        for (long start = 0; start < header.LevelsBytes; start += ChunkBytes)
        {
            int length = (int)Math.Min(ChunkBytes, header.LevelsBytes - start);
            int filled = (int)Math.Clamp(header.Count - start, 0, length);
            _levels.Slice<byte>(start, filled).CopyTo(buffer);
            buffer.AsSpan(filled, length - filled).Clear();
            writer.Write(buffer.AsSpan(0, length));
        }
    }

    private void LoadLevels(BlockFileReader reader, HnswGraphHeader header)
    {
        for (long start = 0; start < header.Count; start += ChunkBytes)
            reader.Read(_levels.Slice<byte>(start, (int)Math.Min(ChunkBytes, header.Count - start)), HnswGraphHeader.Bytes + start);

        Span<byte> padding = stackalloc byte[(int)(header.LevelsBytes - header.Count)];
        reader.Read(padding, HnswGraphHeader.Bytes + header.Count);
        if (padding.ContainsAnyExcept((byte)0))
            throw new CorruptDataException(reader.Path, HnswGraphHeader.Bytes + header.Count, "padding bytes are set");

        uint pointCount = 0;
        ulong lists = 0;
        for (uint point = 0; point < header.Count; point++)
        {
            byte level = _levels.At<byte>(point);
            if (level > header.EntryLevel + 1 || (level > 0 && header.Entry == 0))
                throw new CorruptDataException(reader.Path, HnswGraphHeader.Bytes + point, $"point {point} has level {level - 1}, the entry {header.EntryLevel}");

            _upperStarts.At<uint>(point) = (uint)lists;
            if (level > 0)
            {
                pointCount++;
                lists += level - 1u;
            }
        }

        if (pointCount != header.PointCount)
            throw new CorruptDataException(reader.Path, 8, $"the header counts {header.PointCount} points, the levels {pointCount}");
        if (lists != header.UpperLists)
            throw new CorruptDataException(reader.Path, 20, $"the header counts {header.UpperLists} upper lists, the levels {lists}");
        if (header.Entry > 0 && _levels.At<byte>(header.Entry - 1) != header.EntryLevel + 1)
            throw new CorruptDataException(reader.Path, 16, $"the entry's level is {_levels.At<byte>(header.Entry - 1) - 1}, the header says {header.EntryLevel}");
    }

    private static void LoadSlots(BlockFileReader reader, NativeArena arena, long offset, long bytes)
    {
        for (long start = 0; start < bytes; start += ChunkBytes)
        {
            int length = (int)Math.Min(ChunkBytes, bytes - start);
            reader.Read(arena.Slice<byte>(start, length), offset + start);
            LittleEndian.ToNative(arena.Slice<uint>(start, length / SlotBytes));
        }
    }

    /// <summary>Every link leads to another point that is on the same layer, so that no walk leaves the memory or meets an absent vector.</summary>
    private void CheckLinks(string file, HnswGraphHeader header)
    {
        for (uint point = 0; point < header.Count; point++)
        {
            int layers = _levels.At<byte>(point);

            // The bottom list of a point that is not in the graph must be empty, so it is looked at as well.
            for (int layer = 0; layer < Math.Max(layers, 1); layer++)
            {
                long offset = layer == 0
                    ? header.BottomOffset + ((long)point * _bottomSlots * SlotBytes)
                    : header.UpperOffset + ((long)(_upperStarts.At<uint>(point) + (uint)layer - 1) * _m * SlotBytes);
                CheckList(file, offset, point, layer, layers);
            }
        }
    }

    private void CheckList(string file, long offset, uint point, int layer, int layers)
    {
        bool ended = layers == 0;
        foreach (uint link in layer == 0 ? _bottom.Slice<uint>((long)point * _bottomSlots * SlotBytes, _bottomSlots) : Slots(point, layer))
        {
            if (link == 0)
            {
                ended = true;
            }
            else
            {
                if (ended)
                    throw new CorruptDataException(file, offset, $"a link of point {point} behind the end of its list");
                if (link > Capacity || link - 1 == point || _levels.At<byte>(link - 1) <= layer)
                    throw new CorruptDataException(file, offset, $"point {point} is linked to {link - 1} on layer {layer}, where that cannot be");
            }

            offset += SlotBytes;
        }
    }
}
