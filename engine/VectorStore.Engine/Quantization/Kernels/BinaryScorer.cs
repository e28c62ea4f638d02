using System.Runtime.CompilerServices;
using VectorStore.Engine.Distance;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Measures rows of one bit per dimension against a query in eight bit planes: minus the sum of the query's numbers where bits are set.</summary>
internal readonly unsafe struct BinaryScorer : IPointScorer
{
    private readonly byte* _query;
    private readonly byte* _rows;
    private readonly nuint _strideBytes;
    private readonly nuint _codeBytes;

    public BinaryScorer(NativeArena query, NativeArena rows, int strideBytes, int codeBytes)
    {
        _query = query.Start;
        _rows = rows.Start;
        _strideBytes = (nuint)strideBytes;
        _codeBytes = (nuint)codeBytes;
    }

    // SAFETY: the owner of the rows keeps them alive and unmoved during a search, and offset names a row.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Distance(PointOffset offset) => -BitSums.Sum<EightPlanes>(_rows + (offset.Value * _strideBytes), _query, _codeBytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(PointOffset offset) => CodePrefetch.Row(_rows + (offset.Value * _strideBytes), _codeBytes);
}
