using VectorStore.Protocol.Hot;
using Wire = VectorStore.Protocol.V1;

namespace VectorStore.Client.Mapping;

/// <summary>Points on their way to the server and back.</summary>
internal static class PointMapping
{
    /// <summary>Vectors and payload are referred to, not copied.</summary>
    public static PointMessage ToMessage(Point point)
    {
        bool isUnnamed = point.Vectors.Count == 1 && point.Vectors.TryGetValue("", out _);
        return new PointMessage
        {
            Id = ToKey(point.Id),
            Vector = isUnnamed ? point.Vectors[""] : default,
            Vectors = isUnnamed ? null : point.Vectors,
            PayloadJson = point.Payload?.Utf8Json ?? default,
        };
    }

    public static PointKey ToKey(PointId id) => id.Kind == PointIdKind.Integer ? new PointKey(id.Integer) : new PointKey(id.Uuid);

    public static PointId FromKey(PointKey key) => key.Kind switch
    {
        PointKeyKind.Integer => new PointId(key.Integer),
        PointKeyKind.Uuid => new PointId(key.Uuid),
        _ => throw Unreadable(key.InvalidText ?? ""),
    };

    public static ScoredPoint FromMessage(in ScoredPointMessage point) =>
        new(FromKey(point.Id), point.Score, ToPayload(point.PayloadJson), point.Vectors, point.Lsn);

    public static RetrievedPoint FromWire(Wire.RetrievedPoint point) =>
        new(ToId(point.PointIdCase == Wire.RetrievedPoint.PointIdOneofCase.Id, point.Id, point.Uuid), ToPayload(point.PayloadJson.Memory), ToVectors(point.Vectors), point.Lsn);

    public static ScoredPoint FromWire(Wire.ScoredPoint point) => new(
        ToId(point.PointIdCase == Wire.ScoredPoint.PointIdOneofCase.Id, point.Id, point.Uuid), point.Score, ToPayload(point.PayloadJson.Memory), ToVectors(point.Vectors), point.Lsn);

    public static WriteResult FromWire(Wire.WriteResult? result) => new(result?.Lsn ?? 0, result?.PointsChanged ?? 0);

    private static PointId ToId(bool isInteger, ulong integer, string uuid) =>
        isInteger ? new PointId(integer) : Guid.TryParse(uuid, out var value) ? new PointId(value) : throw Unreadable(uuid);

    private static Payload? ToPayload(ReadOnlyMemory<byte> json) => json.IsEmpty ? null : Payload.FromMemory(json);

    private static Dictionary<string, float[]>? ToVectors(IDictionary<string, Wire.Vector> vectors) =>
        vectors.Count == 0 ? null : vectors.ToDictionary(vector => vector.Key, vector => vector.Value.Values.ToArray(), StringComparer.Ordinal);

    private static ServerException Unreadable(string text) => new(ErrorReason.Unknown, "INTERNAL", null, $"the server's answer has a point whose id is neither an integer nor a UUID: '{text}'");
}
