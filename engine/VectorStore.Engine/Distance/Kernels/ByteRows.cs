using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>Rows of one byte per coordinate in native memory, by which a graph is built: any two of them can be compared.</summary>
/// <remarks>
/// A row is <see cref="HeadBytes"/> bytes that the <see cref="Metric"/> explains, then the codes; the stride is a multiple of 32 and the bytes behind the codes are the same in
/// every row. Valid as long as the owner of the memory keeps it.
/// </remarks>
internal readonly unsafe struct ByteRows(byte* start, int strideBytes, uint count, ByteMetric metric)
{
    /// <summary>Bytes before the codes of a row.</summary>
    public const int HeadBytes = 4;

    public byte* Start => start;

    public int StrideBytes => strideBytes;

    public uint Count => count;

    public ByteMetric Metric => metric;

    /// <summary>Copies rows, one after the other.</summary>
    /// <param name="rows">Which.</param>
    /// <param name="memory">Receives them; must outlive what is returned, and have room for all of them.</param>
    public ByteRows Gather(ReadOnlySpan<uint> rows, NativeArena memory)
    {
        // SAFETY: the owner keeps the rows, callers name rows there are, and the memory is committed for all of them first.
        memory.EnsureCommitted((long)rows.Length * strideBytes);
        for (int i = 0; i < rows.Length; i++)
            Buffer.MemoryCopy(start + (rows[i] * (long)strideBytes), memory.Start + (i * (long)strideBytes), strideBytes, strideBytes);

        return new ByteRows(memory.Start, strideBytes, (uint)rows.Length, metric);
    }
}
