using VectorStore.Engine;

namespace VectorStore.Cli.Searching;

/// <summary>The answer to a search with one query.</summary>
/// <param name="Points">What was found.</param>
/// <param name="Explanation">What the search did; null where that was not asked for.</param>
internal sealed record SingleAnswer(IReadOnlyList<ScoredPoint> Points, SearchExplanation? Explanation);
