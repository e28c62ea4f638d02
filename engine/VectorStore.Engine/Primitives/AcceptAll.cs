namespace VectorStore.Engine.Primitives;

/// <summary>The accept-set that holds every point.</summary>
internal readonly struct AcceptAll : IPointFilter
{
    public bool Accepts(PointOffset offset) => true;
}
