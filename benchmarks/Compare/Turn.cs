using VectorStore.Benchmarks.Search.Results;

namespace VectorStore.Benchmarks.Compare;

/// <summary>One way to search an index.</summary>
/// <param name="Engine">Its name in results.</param>
/// <param name="SearchAsync">Sweeps once, with one search thread.</param>
internal sealed record Turn(string Engine, Func<CancellationToken, Task<IReadOnlyList<ResultLine>>> SearchAsync);
