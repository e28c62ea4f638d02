using VectorStore.Engine;
using VectorStore.Protocol.Hot;
using VectorStore.Protocol.V1;
using EnginePoint = VectorStore.Engine.Point;
using EngineRetrievedPoint = VectorStore.Engine.RetrievedPoint;
using EngineScoredPoint = VectorStore.Engine.ScoredPoint;
using RetrievedPoint = VectorStore.Protocol.V1.RetrievedPoint;
using ScoredPoint = VectorStore.Protocol.V1.ScoredPoint;

namespace VectorStore.Server.Mapping;

/// <summary>Points on their way in and out.</summary>
internal static class Points
{
    // Beside vectors and payload: the id, the position, lengths and tags.
    private const int OverheadBytes = 48;

    private static readonly Dictionary<string, ReadOnlyMemory<float>> s_noVectors = [];

    /// <summary>Points to store. Their vectors are the message's memory, not copies.</summary>
    public static EnginePoint[] ToEngine(IReadOnlyList<PointMessage> messages)
    {
        var points = new EnginePoint[messages.Count];
        for (int index = 0; index < points.Length; index++)
            points[index] = ToEngine(messages[index], index);

        return points;
    }

    /// <summary>About the bytes that points take while they wait for the log.</summary>
    public static long Bytes(IReadOnlyList<EnginePoint> points)
    {
        long bytes = 0;
        foreach (var point in points)
        {
            bytes += OverheadBytes + (point.Payload?.Utf8Json.Length ?? 0);
            foreach (var (_, vector) in point.Vectors)
                bytes += (long)vector.Length * sizeof(float);
        }

        return bytes;
    }

    /// <summary>About the bytes of a point in an answer.</summary>
    public static long Bytes(Payload? payload, IReadOnlyDictionary<string, float[]>? vectors)
    {
        long bytes = OverheadBytes + (payload?.Utf8Json.Length ?? 0);
        foreach (var (name, vector) in vectors ?? s_noFloats)
            bytes += (long)name.Length + ((long)vector.Length * sizeof(float));

        return bytes;
    }

    public static RetrievedPoint FromEngine(EngineRetrievedPoint point, PayloadForm form)
    {
        var message = new RetrievedPoint { Lsn = point.Lsn };
        if (point.Id.Kind == PointIdKind.Integer)
            message.Id = point.Id.Integer;
        else
            message.Uuid = point.Id.ToString();

        AddVectors(message.Vectors, point.Vectors);
        if (point.Payload is null)
            return message;

        if (form == PayloadForm.Json)
            message.PayloadJson = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(point.Payload.Utf8Json);
        else
            message.Payload = Payloads.ToStruct(point.Payload);

        return message;
    }

    /// <summary>A found point as a generated message, for answers that are not made often.</summary>
    public static ScoredPoint ToMessage(EngineScoredPoint point, PayloadForm form)
    {
        var message = new ScoredPoint { Score = point.Score, Lsn = point.Lsn };
        if (point.Id.Kind == PointIdKind.Integer)
            message.Id = point.Id.Integer;
        else
            message.Uuid = point.Id.ToString();

        AddVectors(message.Vectors, point.Vectors);
        if (point.Payload is null)
            return message;

        if (form == PayloadForm.Json)
            message.PayloadJson = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(point.Payload.Utf8Json);
        else
            message.Payload = Payloads.ToStruct(point.Payload);

        return message;
    }

    public static ScoredPointMessage FromEngine(EngineScoredPoint point, PayloadForm form)
    {
        bool asJson = form == PayloadForm.Json;
        return new ScoredPointMessage
        {
            Id = PointKeys.FromEngine(point.Id),
            Score = point.Score,
            Lsn = point.Lsn,
            Vectors = point.Vectors,
            PayloadJson = asJson && point.Payload is not null ? point.Payload.Utf8Json : default,
            Payload = !asJson && point.Payload is not null ? Payloads.ToStruct(point.Payload) : null,
        };
    }

    /// <summary>A form that the server does not know is refused, rather than answered in another.</summary>
    public static void Check(PayloadForm form)
    {
        if (form is < PayloadForm.Unspecified or > PayloadForm.Json)
            throw EngineErrors.Invalid(ErrorReason.OutOfRange, "payloadForm", $"payloadForm: expected 0 to {(int)PayloadForm.Json}, got {(int)form}");
    }

    private static readonly Dictionary<string, float[]> s_noFloats = [];

    private static void AddVectors(Google.Protobuf.Collections.MapField<string, Vector> target, IReadOnlyDictionary<string, float[]>? vectors)
    {
        foreach (var (name, values) in vectors ?? s_noFloats)
        {
            var vector = new Vector();
            vector.Values.AddRange(values);
            target.Add(name, vector);
        }
    }

    private static EnginePoint ToEngine(in PointMessage message, int index)
    {
        // Paths are put together only where something is wrong: this runs for every point.
        var id = message.Id.Kind switch
        {
            PointKeyKind.Integer => new PointId(message.Id.Integer),
            PointKeyKind.Uuid => new PointId(message.Id.Uuid),
            _ => PointKeys.ToEngine(message.Id, $"points[{index}]"),
        };
        var payload = Payloads.ToEngine(message.PayloadJson, message.Payload, index);
        if (message.Vectors is not { Count: > 0 } vectors)
            return message.Vector.IsEmpty ? new EnginePoint(id, s_noVectors, payload) : new EnginePoint(id, message.Vector, payload);

        return message.Vector.IsEmpty ? new EnginePoint(id, vectors, payload) : throw EngineErrors.Conflict($"points[{index}]", "vector", "vectors");
    }
}
