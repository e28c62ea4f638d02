namespace VectorStore.Engine.Primitives;

/// <summary>A point of one segment with its distance to the query; lower is closer.</summary>
internal readonly record struct ScoredOffset(PointOffset Offset, float Distance);
