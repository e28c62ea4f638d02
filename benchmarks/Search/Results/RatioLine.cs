namespace VectorStore.Benchmarks.Search.Results;

/// <summary>Ours against one peer: above 1 we are the faster, and for memory below 1 the smaller.</summary>
/// <param name="Engine">The peer.</param>
/// <param name="What"><c>qps@0.95</c> and the like, <c>build</c>, <c>build-total</c> or <c>ram</c>.</param>
/// <param name="Ours">Our figure; null where our curve does not reach the recall.</param>
/// <param name="Theirs">Theirs, likewise.</param>
/// <param name="Ratio">Null where either is.</param>
internal sealed record RatioLine(string Engine, string What, double? Ours, double? Theirs, double? Ratio) : ResultLine(Engine);
