namespace VectorStore.Engine.Primitives;

/// <summary>Our dense index of a point inside one segment, from 0. Not the user's <see cref="PointId"/>.</summary>
internal readonly record struct PointOffset(uint Value)
{
    public override string ToString() => Value.ToString();
}
