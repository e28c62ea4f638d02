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
    };

    public static ByteString ToBytes(Filter? filter) => filter is null ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(filter.ToUtf8Json());

    public static ScoredPoint[] FromAnswer(SearchAnswer answer)
    {
        var points = new ScoredPoint[answer.Points.Count];
        for (int i = 0; i < points.Length; i++)
            points[i] = PointMapping.FromMessage(answer.Points[i]);

        return points;
    }
}
