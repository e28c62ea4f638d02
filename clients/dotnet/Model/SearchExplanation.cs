namespace VectorStore.Client;

/// <summary>What a search did, for those who want to know why it was slow or missed something.</summary>
/// <param name="Points">The answer, as the search alone would have given it.</param>
/// <param name="Segments">One for each segment that was looked at, in order of age.</param>
/// <param name="Elapsed">In the server, from the request's checks to the answer; in microseconds.</param>
public sealed record SearchExplanation(IReadOnlyList<ScoredPoint> Points, IReadOnlyList<SegmentExplanation> Segments, TimeSpan Elapsed);
