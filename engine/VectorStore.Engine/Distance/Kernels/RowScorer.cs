using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>Measures float32 rows at a fixed stride in native memory against one query, which lies in native memory too.</summary>
/// <typeparam name="TDistance">The distance to measure.</typeparam>
internal readonly unsafe struct RowScorer<TDistance> : IPointScorer
    where TDistance : struct, IVectorDistance
{
    private const int LineBytes = 64;

    // The whole row is asked for, into the second-level cache: that one has more reads under way than the first level or the hardware's own
    // prefetcher, and reads under way are what random rows wait for. Of very long rows the start; by then the hardware has noticed the sequence.
    private const int PrefetchLinesMax = 96;

    private readonly float* _query;
    private readonly byte* _rows;
    private readonly nuint _strideBytes;
    private readonly nuint _dimension;

    public RowScorer(float* query, byte* rows, nuint strideBytes, nuint dimension)
    {
        _query = query;
        _rows = rows;
        _strideBytes = strideBytes;
        _dimension = dimension;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Distance(PointOffset offset)
    {
        // SAFETY: the owner of the rows keeps them alive and unmoved during a search, and offset names a committed row.
        return TDistance.Compute(ref *_query, ref *(float*)(_rows + (offset.Value * _strideBytes)), _dimension);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(PointOffset offset)
    {
        if (!Sse.IsSupported)
            return;

        // SAFETY: a prefetch has no effect but on caches, even of an address that is not ours.
        byte* row = _rows + (offset.Value * _strideBytes);
        nuint bytes = Math.Min(_dimension * sizeof(float), PrefetchLinesMax * LineBytes);
        for (nuint line = 0; line < bytes; line += LineBytes)
            Sse.Prefetch1(row + line);
    }
}
