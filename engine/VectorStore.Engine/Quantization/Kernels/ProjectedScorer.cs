using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using VectorStore.Engine.Distance;
using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Measures projected codes against one query: the row's head times a factor, minus the inner product of the codes.</summary>
internal readonly unsafe struct ProjectedScorer(byte* query, byte* rows, nuint strideBytes, float headFactor) : IPointScorer
{
    private const int LineBytes = 64;

    /// <summary>What is read of the query, and adding up lanes, is shared by four rows. With wider vectors a row takes few steps as it is.</summary>
    public static bool MeasuresFour => Avx2.IsSupported && !Avx512BW.IsSupported;

    // SAFETY: the table keeps the rows, the caller the query, both of strideBytes bytes a row; the query's head is zero, so the row's head adds nothing to the product.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Distance(PointOffset offset)
    {
        byte* row = rows + (offset.Value * strideBytes);
        return (*(float*)row * headFactor) - BytePath.Sum<MixedProductTerm>(row, query, strideBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void DistancesOfFour(ReadOnlySpan<uint> offsets, Span<float> distances)
    {
        byte* row0 = rows + (offsets[0] * strideBytes);
        byte* row1 = rows + (offsets[1] * strideBytes);
        byte* row2 = rows + (offsets[2] * strideBytes);
        byte* row3 = rows + (offsets[3] * strideBytes);
        var sum0 = Vector256<int>.Zero;
        var sum1 = Vector256<int>.Zero;
        var sum2 = Vector256<int>.Zero;
        var sum3 = Vector256<int>.Zero;
        for (nuint i = 0; i < strideBytes; i += BytePath.BlockBytes)
        {
            var block = Vector256.Load(query + i);
            sum0 = MixedProductTerm.Add(sum0, Vector256.Load(row0 + i), block);
            sum1 = MixedProductTerm.Add(sum1, Vector256.Load(row1 + i), block);
            sum2 = MixedProductTerm.Add(sum2, Vector256.Load(row2 + i), block);
            sum3 = MixedProductTerm.Add(sum3, Vector256.Load(row3 + i), block);
        }

        var heads = Vector128.Create(*(float*)row0, *(float*)row1, *(float*)row2, *(float*)row3);
        ((heads * headFactor) - Vector128.ConvertToSingle(BytePath.SumEach(sum0, sum1, sum2, sum3))).CopyTo(distances);
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
