using System.Runtime.CompilerServices;
using VectorStore.Engine.Distance;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Measures rotated codes against one prepared query: scale of terms × the row's own term − the row's factor × (scale × integer sum − shift).</summary>
/// <remarks>A row is three floats (see <see cref="RotatedRow"/>), then codes.</remarks>
internal readonly unsafe struct RotatedScorer<TSum> : IPointScorer
    where TSum : struct, IRowSum
{
    private readonly byte* _query;
    private readonly byte* _rows;
    private readonly nuint _strideBytes;
    private readonly nuint _codeBytes;
    private readonly float _scale;
    private readonly float _shift;
    private readonly float _termScale;

    public RotatedScorer(NativeArena query, NativeArena rows, int strideBytes, int codeBytes, RotatedQuery prepared)
    {
        _query = query.Start;
        _rows = rows.Start;
        _strideBytes = (nuint)strideBytes;
        _codeBytes = (nuint)codeBytes;
        _scale = prepared.Scale;
        _shift = prepared.Shift;
        _termScale = prepared.TermScale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Distance(PointOffset offset)
    {
        // SAFETY: the owner of the rows keeps them alive and unmoved during a search, and offset names a row.
        byte* row = _rows + (offset.Value * _strideBytes);
        float product = (_scale * TSum.Of(row + RotatedRow.HeadBytes, _query, _codeBytes)) - _shift;
        return (_termScale * Unsafe.ReadUnaligned<float>(row + RotatedRow.TermOffset)) - (Unsafe.ReadUnaligned<float>(row + RotatedRow.FactorOffset) * product);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(PointOffset offset) => CodePrefetch.Row(_rows + (offset.Value * _strideBytes), _codeBytes + RotatedRow.HeadBytes);
}
