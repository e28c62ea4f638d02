using VectorStore.Protocol.Hot;
using VectorStore.Protocol.V1;
using EngineScoredPoint = VectorStore.Engine.ScoredPoint;
using EngineSearchRequest = VectorStore.Engine.SearchRequest;

namespace VectorStore.Server.Mapping;

/// <summary>Searches and their answers.</summary>
internal static class Searches
{
    private const int LimitDefault = 10;

    public static EngineSearchRequest ToEngine(SearchMessage message) => new()
    {
        Vector = message.Vector,
        VectorName = message.VectorName.Length == 0 ? null : message.VectorName,
        Limit = message.Limit ?? LimitDefault,
        Offset = message.Offset,
        Ef = message.Ef,
        Exact = message.Exact,
        ScoreThreshold = message.ScoreThreshold,
        Filter = Filters.ToEngine(message.Filter, message.FilterJson),
        WithPayload = message.WithPayload ?? true,
        WithVectors = message.WithVectors,
        Oversampling = message.Oversampling,
        Rescore = message.Rescore ?? true,
        TargetRecall = message.TargetRecall,
    };

    /// <summary>The answer to one search.</summary>
    /// <param name="points">What the engine found.</param>
    /// <param name="form">How payloads go.</param>
    /// <param name="size">Refuses an answer that gets too large.</param>
    public static SearchAnswer ToAnswer(IReadOnlyList<EngineScoredPoint> points, PayloadForm form, ref AnswerSize size)
    {
        var answer = new SearchAnswer();
        answer.Points.EnsureCapacity(points.Count);
        for (int index = 0; index < points.Count; index++)
        {
            var point = points[index];
            size.Add(Points.Bytes(point.Payload, point.Vectors));
            answer.Points.Add(Points.FromEngine(point, form));
        }

        return answer;
    }
}
