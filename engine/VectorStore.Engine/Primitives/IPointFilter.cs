namespace VectorStore.Engine.Primitives;

/// <summary>The accept-set of a search: says of each point of a segment whether it may be an answer.</summary>
/// <remarks>
/// Implemented by structs and called through a struct-constrained generic, so that the test is inlined. It must be cheap: one or two
/// loads, never a look into a payload. Called from any thread.
/// </remarks>
internal interface IPointFilter
{
    /// <summary>Whether the point at <paramref name="offset"/> may be an answer.</summary>
    bool Accepts(PointOffset offset);
}
