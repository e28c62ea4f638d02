using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Distance;

/// <summary>Makes scorers whose query is a stored point: what building a graph needs beside searching it.</summary>
/// <typeparam name="TScorer">The scorer of this encoding.</typeparam>
internal interface IPointSpace<TScorer>
    where TScorer : struct, IPointScorer
{
    /// <summary>A scorer that measures against the point at <paramref name="offset"/>. Cheap: no copy of the vector, no allocation.</summary>
    TScorer ScorerFor(PointOffset offset);
}
