using VectorStore.Engine.Distance;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Segments;

/// <summary>A scorer under which one place is farther than all others: a walk behaves as if it were not there.</summary>
internal readonly struct HidingScorer<TScorer>(TScorer scorer, PointOffset hidden) : IPointScorer
    where TScorer : struct, IPointScorer
{
    public float Distance(PointOffset offset)
    {
        float distance = scorer.Distance(offset);
        return offset == hidden ? float.MaxValue : distance;
    }

    public void Prefetch(PointOffset offset) => scorer.Prefetch(offset);
}
