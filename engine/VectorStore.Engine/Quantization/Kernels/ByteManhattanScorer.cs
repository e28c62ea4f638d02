using System.Runtime.CompilerServices;
using VectorStore.Engine.Distance;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Measures rows of one byte per dimension against a query of bytes: Σ |query − code|.</summary>
internal readonly unsafe struct ByteManhattanScorer : IPointScorer
{
    private readonly byte* _query;
    private readonly byte* _rows;
    private readonly nuint _strideBytes;

    public ByteManhattanScorer(NativeArena query, NativeArena rows, int strideBytes)
    {
        _query = query.Start;
        _rows = rows.Start;
        _strideBytes = (nuint)strideBytes;
    }

    // SAFETY: the owner of the rows keeps them alive and unmoved during a search, and offset names a row.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Distance(PointOffset offset) => ByteDifferences.Sum(_rows + (offset.Value * _strideBytes), _query, _strideBytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(PointOffset offset) => CodePrefetch.Row(_rows + (offset.Value * _strideBytes), _strideBytes);
}
