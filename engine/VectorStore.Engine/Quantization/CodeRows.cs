using VectorStore.Engine.Memory;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Quantization;

/// <summary>The rows of a code table: bytes at a fixed stride in native memory, and their way to and from a codes file.</summary>
/// <remarks>What a row means is the encoding's affair. Numbers in rows are little-endian, as on every machine the engine runs on; others are refused.</remarks>
internal sealed class CodeRows : IDisposable
{
    private const int LineBytes = 64;
    private const int SmallUnitBytes = 4;
    private const int ChunkBytes = 1024 * 1024;

    private readonly NativeArena _rows;

    public CodeRows(uint count, int strideBytes)
        : this(count, strideBytes, new NativeArena((long)count * strideBytes))
    {
        try
        {
            _rows.EnsureCommitted((long)count * strideBytes);
        }
        catch
        {
            _rows.Dispose();
            throw;
        }
    }

    private CodeRows(uint count, int strideBytes, NativeArena rows)
    {
        if (!LittleEndian.IsNative)
            throw new PlatformNotSupportedException("codes are for little-endian machines");

        Count = count;
        StrideBytes = strideBytes;
        _rows = rows;
    }

    public uint Count { get; }

    /// <summary>From one row to the next.</summary>
    public int StrideBytes { get; }

    /// <summary>Row i starts at i × <see cref="StrideBytes"/>.</summary>
    public NativeArena Memory => _rows;

    /// <summary>Native memory in use; mapped files do not count.</summary>
    public long MemoryBytes => _rows.OwnedBytes;

    /// <summary>The stride for rows of <paramref name="bytes"/>: on cache lines where that costs at most an eighth, since a row then touches fewer of them; else packed.</summary>
    public static int StrideOf(int bytes)
    {
        int lines = (bytes + LineBytes - 1) / LineBytes * LineBytes;
        return lines - bytes <= bytes / 8 ? lines : (bytes + SmallUnitBytes - 1) / SmallUnitBytes * SmallUnitBytes;
    }

    public Span<byte> Row(uint row) => _rows.Slice<byte>((long)row * StrideBytes, StrideBytes);

    /// <summary>A copy in another order: row i of it is row <c>order[i]</c> here.</summary>
    public CodeRows Reorder(ReadOnlySpan<uint> order)
    {
        var copy = new CodeRows((uint)order.Length, StrideBytes);
        for (int i = 0; i < order.Length; i++)
            Row(order[i]).CopyTo(copy.Row((uint)i));

        return copy;
    }

    /// <summary>Writes the whole body: header, parameters, rows.</summary>
    public void Save(BlockFileWriter writer, CodeTableHeader header, ReadOnlySpan<byte> parameters)
    {
        Span<byte> head = stackalloc byte[CodeTableHeader.Bytes];
        header.Write(head);
        writer.Write(head);
        writer.Write(parameters);
        head.Clear();
        writer.Write(head[..(int)(header.RowsOffset - CodeTableHeader.Bytes - parameters.Length)]);

        long bytes = (long)Count * StrideBytes;
        for (long start = 0; start < bytes; start += ChunkBytes)
            writer.Write(_rows.Slice<byte>(start, (int)Math.Min(ChunkBytes, bytes - start)));
    }

    /// <summary>Reads or maps the rows. The header has been checked: the file has as many bytes as it says.</summary>
    public static CodeRows Load(CodeTableHeader header, BlockFileReader reader) =>
        new(header.Count, header.RowBytes, reader.Load(header.RowsOffset, (long)header.Count * header.RowBytes));

    public void Dispose() => _rows.Dispose();
}
