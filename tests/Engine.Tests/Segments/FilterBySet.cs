using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Tests.Segments;

/// <summary>Accepts the points marked in an array.</summary>
internal readonly struct FilterBySet(bool[] accepted) : IPointFilter
{
    public bool Accepts(PointOffset offset) => accepted[offset.Value];
}
