using System.Runtime.CompilerServices;
using VectorStore.Engine.Distance;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Measures rows of one byte per dimension against one query of 16-bit numbers, which lies in native memory: sign × Σ term.</summary>
/// <typeparam name="TTerm">What is summed.</typeparam>
internal readonly unsafe struct ByteScorer<TTerm> : IPointScorer
    where TTerm : struct, IQueryTerm
{
    private readonly short* _query;
    private readonly byte* _rows;
    private readonly nuint _strideBytes;
    private readonly float _sign;

    /// <param name="query">As many numbers as a row has bytes, zeros where the row has no code.</param>
    /// <param name="rows">The rows; their stride is a multiple of <see cref="ByteSums.UnitBytes"/>.</param>
    /// <param name="strideBytes">From one row to the next.</param>
    /// <param name="sign">−1 where larger sums are closer.</param>
    public ByteScorer(NativeArena query, NativeArena rows, int strideBytes, int sign)
    {
        _query = (short*)query.Start;
        _rows = rows.Start;
        _strideBytes = (nuint)strideBytes;
        _sign = sign;
    }

    // SAFETY: the owner of the rows keeps them alive and unmoved during a search, and offset names a row.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Distance(PointOffset offset) => _sign * ByteSums.Sum<TTerm>(_rows + (offset.Value * _strideBytes), _query, _strideBytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(PointOffset offset) => CodePrefetch.Row(_rows + (offset.Value * _strideBytes), _strideBytes);
}
