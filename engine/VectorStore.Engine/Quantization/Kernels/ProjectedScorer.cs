using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using VectorStore.Engine.Distance;
using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Measures projected codes against one query: the row's head times a factor, minus the inner product of the codes.</summary>
internal readonly unsafe struct ProjectedScorer(byte* query, byte* rows, nuint strideBytes, float headFactor) : IPointScorer
{
    private const int LineBytes = 64;

    // SAFETY: the table keeps the rows, the caller the query, both of strideBytes bytes a row; the query's head is zero, so the row's head adds nothing to the product.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Distance(PointOffset offset)
    {
        byte* row = rows + (offset.Value * strideBytes);
        return (*(float*)row * headFactor) - BytePath.Sum<MixedProductTerm>(row, query, strideBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(PointOffset offset)
    {
        if (!Sse.IsSupported)
            return;

        byte* row = rows + (offset.Value * strideBytes);
        for (nuint line = 0; line < strideBytes; line += LineBytes)
            Sse.Prefetch0(row + line);
    }
}
