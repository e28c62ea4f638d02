namespace VectorStore.Engine;

/// <summary>One answer of <see cref="Collection.Search(ReadOnlySpan{float}, Span{SearchHit}, SearchParameters?)"/>.</summary>
/// <param name="Id">The point's id.</param>
/// <param name="Score">Higher is closer; what it is under each metric says <see cref="Metric"/>.</param>
public readonly record struct SearchHit(PointId Id, float Score);
