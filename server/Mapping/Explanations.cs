using VectorStore.Protocol.V1;
using EngineExplanation = VectorStore.Engine.SearchExplanation;
using EnginePath = VectorStore.Engine.SearchPath;
using EngineSegment = VectorStore.Engine.SegmentExplanation;

namespace VectorStore.Server.Mapping;

/// <summary>What searches did.</summary>
internal static class Explanations
{
    /// <summary>The answer to an explained search.</summary>
    /// <param name="explanation">What the engine says.</param>
    /// <param name="form">How payloads go.</param>
    /// <param name="size">Refuses an answer that gets too large.</param>
    public static ExplainResponse FromEngine(EngineExplanation explanation, PayloadForm form, ref AnswerSize size)
    {
        var response = new ExplainResponse { ElapsedUs = (long)explanation.Elapsed.TotalMicroseconds };
        foreach (var point in explanation.Points)
        {
            size.Add(Points.Bytes(point.Payload, point.Vectors));
            response.Points.Add(Points.ToMessage(point, form));
        }

        response.Segments.AddRange(explanation.Segments.Select(FromEngine));
        return response;
    }

    public static SegmentExplanation FromEngine(EngineSegment segment)
    {
        var message = new SegmentExplanation
        {
            Segment = segment.Segment,
            Sealed = segment.Sealed,
            Rows = segment.Rows,
            Accepted = segment.Accepted,
            Path = segment.Path switch
            {
                EnginePath.Scan => SearchPath.Scan,
                EnginePath.Graph => SearchPath.Graph,
                EnginePath.GraphAndScan => SearchPath.GraphAndScan,
                EnginePath.CodeScan => SearchPath.CodeScan,
                _ => SearchPath.Unspecified,
            },
            Quantization = IndexConfigs.FromEngine(segment.Quantization),
            Encoding = segment.Encoding,
            Profile = IndexConfigs.FromEngine(segment.Profile),
            Ef = segment.Ef,
            Rescored = segment.Rescored,
            Hops = segment.Hops,
            Distances = segment.Distances,
        };
        if (segment.CalibratedRecall is { } recall)
            message.CalibratedRecall = recall;

        return message;
    }
}
