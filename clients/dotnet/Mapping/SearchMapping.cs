using Google.Protobuf;
using VectorStore.Protocol.Hot;
using Wire = VectorStore.Protocol.V1;

namespace VectorStore.Client.Mapping;

/// <summary>Searches on their way to the server. Limits are always sent: the server judges them, whatever its own defaults are.</summary>
internal static class SearchMapping
{
    /// <summary>The vector is referred to, not copied.</summary>
    public static SearchMessage ToMessage(string collection, SearchRequest request) => new()
    {
        Collection = collection,
        Vector = request.Vector,
        VectorName = request.VectorName ?? "",
        Limit = request.Limit,
        Offset = request.Offset,
        Ef = request.Ef,
        Exact = request.Exact,
        ScoreThreshold = request.ScoreThreshold,
        FilterJson = request.Filter?.ToUtf8Json() ?? default,
        WithPayload = request.WithPayload ? null : false,
        WithVectors = request.WithVectors,
        PayloadForm = Wire.PayloadForm.Json,
        Oversampling = request.Oversampling,
        Rescore = request.Rescore ? null : false,
        TargetRecall = request.TargetRecall,
    };

    public static ByteString ToBytes(Filter? filter) => filter is null ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(filter.ToUtf8Json());

    public static ScoredPoint[] FromAnswer(SearchAnswer answer)
    {
        var points = new ScoredPoint[answer.Points.Count];
        for (int i = 0; i < points.Length; i++)
            points[i] = PointMapping.FromMessage(answer.Points[i]);

        return points;
    }

    public static SearchExplanation FromWire(Wire.ExplainResponse response) => new(
        [.. response.Points.Select(PointMapping.FromWire)], [.. response.Segments.Select(FromWire)], TimeSpan.FromMicroseconds(response.ElapsedUs));

    private static SegmentExplanation FromWire(Wire.SegmentExplanation segment) => new()
    {
        Segment = segment.Segment,
        Sealed = segment.Sealed,
        Rows = segment.Rows,
        Accepted = segment.Accepted,
        Path = IndexMapping.FromWire(segment.Path),
        Quantization = IndexMapping.FromWire(segment.Quantization),
        Encoding = segment.Encoding,
        Profile = IndexMapping.FromWire(segment.Profile),
        Ef = segment.Ef,
        Rescored = segment.Rescored,
        Hops = segment.Hops,
        Distances = segment.Distances,
        CalibratedRecall = segment.HasCalibratedRecall ? segment.CalibratedRecall : null,
    };
}
