using System.Diagnostics;
using VectorStore.Engine.Collections;
using VectorStore.Engine.Segments;

namespace VectorStore.Engine;

public sealed partial class Collection
{
    /// <summary>Searches, and says what was done in each segment. Costs a little more than <see cref="SearchAsync"/>; the points are the same.</summary>
    /// <param name="request">What to search for.</param>
    /// <param name="cancellationToken">As for <see cref="SearchAsync"/>.</param>
    /// <exception cref="InvalidRequestException">The query or a number is not acceptable.</exception>
    public Task<SearchExplanation> ExplainAsync(SearchRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Run(() =>
        {
            long start = Stopwatch.GetTimestamp();
            var segments = new List<SegmentExplanation>();
            var points = Search(request, segments, cancellationToken);
            return new SearchExplanation(points, segments, Stopwatch.GetElapsedTime(start));
        });
    }

    private static SegmentExplanation Explain(SegmentView view, in SearchPlan plan, uint accepted, SearchTrace trace)
    {
        var index = view.Segment.Vectors[plan.Vector];
        return new SegmentExplanation
        {
            Segment = view.Segment.Number,
            Sealed = index is SealedIndex,
            Rows = view.RowCount,
            Accepted = accepted,
            Path = trace.Path,
            Quantization = index.Quantization,
            Encoding = index.Encoding,
            Profile = index.Profile,
            Ef = trace.Ef,
            Rescored = trace.Rescored,
            Hops = trace.Hops,
            Distances = trace.Distances,
            CalibratedRecall = trace.CalibratedRecall,
        };
    }
}
