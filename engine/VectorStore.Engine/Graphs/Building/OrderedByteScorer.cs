using System.Runtime.CompilerServices;
using VectorStore.Engine.Distance;
using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Graphs.Building;

/// <summary>Measures points of a graph against one row, by the rows the graph was built of.</summary>
/// <param name="space">Compares rows.</param>
/// <param name="order">Row of each point.</param>
/// <param name="row">The row to measure against.</param>
internal readonly struct OrderedByteScorer<TDistance>(ByteSpace<TDistance> space, uint[] order, uint row) : IPointScorer
    where TDistance : struct, IByteDistance
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Distance(PointOffset offset) => space.Distance(row, order[offset.Value]);

    public void Prefetch(PointOffset offset) => space.Prefetch(order[offset.Value]);
}
