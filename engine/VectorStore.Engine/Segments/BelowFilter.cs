using System.Runtime.CompilerServices;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Segments;

/// <summary>Accepts what another accept-set accepts, of the points below a bound: newer ones are not this search's to see, or not the graph's to find.</summary>
internal readonly struct BelowFilter<TFilter>(TFilter inner, uint bound) : IPointFilter
    where TFilter : struct, IPointFilter
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Accepts(PointOffset offset) => offset.Value < bound && inner.Accepts(offset);
}
