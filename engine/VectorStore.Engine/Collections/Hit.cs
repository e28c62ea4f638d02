using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;

namespace VectorStore.Engine.Collections;

/// <summary>A candidate from some segment; sorts nearest first, then by id.</summary>
internal readonly record struct Hit(float Distance, PointId Id, Segment Segment, PointOffset Offset) : IComparable<Hit>
{
    public int CompareTo(Hit other)
    {
        int byDistance = Distance.CompareTo(other.Distance);
        return byDistance != 0 ? byDistance : Id.CompareTo(other.Id);
    }
}
