using System.Runtime.CompilerServices;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>Rows of float32 at a fixed stride, from which scorers are made: against a stored row, or against a query from outside.</summary>
/// <typeparam name="TDistance">The distance to measure.</typeparam>
/// <remarks>Valid while both arenas live; rows committed later are covered, since an arena never moves.</remarks>
internal readonly unsafe struct RowSpace<TDistance> : IPointSpace<RowScorer<TDistance>>
    where TDistance : struct, IVectorDistance
{
    private readonly byte* _rows;
    private readonly nuint _strideBytes;
    private readonly nuint _dimension;

    public RowSpace(NativeArena rows, int strideBytes, int dimension)
    {
        _rows = rows.Start;
        _strideBytes = (nuint)strideBytes;
        _dimension = (nuint)dimension;
    }

    // SAFETY: both only compute addresses; RowScorer says who keeps the memory.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RowScorer<TDistance> ScorerFor(PointOffset offset) => new((float*)(_rows + (offset.Value * _strideBytes)), _rows, _strideBytes, _dimension);

    /// <summary>A scorer for the query at the start of <paramref name="query"/>.</summary>
    public RowScorer<TDistance> ScorerFor(NativeArena query) => new((float*)query.Start, _rows, _strideBytes, _dimension);
}
