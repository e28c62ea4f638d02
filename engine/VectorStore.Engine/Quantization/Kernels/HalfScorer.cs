using System.Runtime.CompilerServices;
using VectorStore.Engine.Distance;
using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Measures rows of half-precision numbers against one float32 query, which lies in native memory: sign × Σ term.</summary>
/// <typeparam name="TTerm">What is summed.</typeparam>
internal readonly unsafe struct HalfScorer<TTerm> : IPointScorer
    where TTerm : struct, ISumTerm
{
    private readonly float* _query;
    private readonly byte* _rows;
    private readonly nuint _strideBytes;
    private readonly nuint _dimension;
    private readonly float _sign;

    public HalfScorer(NativeArena query, NativeArena rows, int strideBytes, int dimension, int sign)
    {
        _query = (float*)query.Start;
        _rows = rows.Start;
        _strideBytes = (nuint)strideBytes;
        _dimension = (nuint)dimension;
        _sign = sign;
    }

    // SAFETY: the owner of the rows keeps them alive and unmoved during a search, and offset names a row.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Distance(PointOffset offset) => _sign * HalfSums.Sum<TTerm>(_query, (ushort*)(_rows + (offset.Value * _strideBytes)), _dimension);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(PointOffset offset) => CodePrefetch.Row(_rows + (offset.Value * _strideBytes), _dimension * sizeof(ushort));
}
