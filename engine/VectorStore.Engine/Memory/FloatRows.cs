using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VectorStore.Engine.Memory;

/// <summary>A view of float32 rows at a fixed stride in native memory, wherever they come from (an arena, a mapped file).</summary>
/// <remarks>Valid as long as the owner of the memory keeps it. Any number of threads.</remarks>
internal readonly unsafe struct FloatRows(byte* start, long strideBytes, int dimension)
{
    /// <summary>The rows of an arena, from its start.</summary>
    public FloatRows(NativeArena rows, long strideBytes, int dimension)
        : this(rows.Start, strideBytes, dimension)
    {
    }

    public int Dimension => dimension;

    public byte* Start => start;

    public long StrideBytes => strideBytes;

    /// <summary>One row, shape <c>[dimension]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<float> Row(uint row)
    {
        // SAFETY: the owner keeps the memory, and the caller names a row there is.
        return MemoryMarshal.CreateReadOnlySpan(ref *(float*)(start + (row * strideBytes)), dimension);
    }
}
