using System.Runtime.CompilerServices;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Segments;

/// <summary>An accept-set of rows as the graph of a sealed index sees it: asked for the row that a place is.</summary>
internal readonly struct PlaceFilter<TFilter>(NumberView rows, TFilter inner) : IPointFilter
    where TFilter : struct, IPointFilter
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Accepts(PointOffset offset) => inner.Accepts(new PointOffset(rows[offset.Value]));
}
