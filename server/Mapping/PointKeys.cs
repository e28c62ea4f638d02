using VectorStore.Engine;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.Hot;

namespace VectorStore.Server.Mapping;

/// <summary>Ids of points.</summary>
internal static class PointKeys
{
    private const int TextShownMax = 64;

    /// <param name="key">As it arrived.</param>
    /// <param name="point">Where it stands, such as <c>points[3]</c>.</param>
    public static PointId ToEngine(in PointKey key, string point) => key.Kind switch
    {
        PointKeyKind.Integer => new PointId(key.Integer),
        PointKeyKind.Uuid => new PointId(key.Uuid),
        PointKeyKind.Invalid => throw Refused($"{point}.uuid", key.InvalidText!),
        _ => throw EngineErrors.Invalid(ErrorReason.InvalidId, $"{point}.id", "expected an unsigned 64-bit integer or a UUID as point id, got none"),
    };

    public static PointKey FromEngine(PointId id) => id.Kind == PointIdKind.Integer ? new PointKey(id.Integer) : new PointKey(id.Uuid);

    /// <summary>The ids of a request: integers first, each kind in the order given.</summary>
    public static List<PointId> ToEngine(IReadOnlyList<ulong> integers, IReadOnlyList<string> uuids)
    {
        var ids = new List<PointId>(integers.Count + uuids.Count);
        foreach (ulong integer in integers)
            ids.Add(new PointId(integer));

        for (int index = 0; index < uuids.Count; index++)
        {
            string text = uuids[index];
            if (!Guid.TryParseExact(text, "D", out var uuid) && !Guid.TryParseExact(text, "N", out uuid))
                throw Refused($"uuids[{index}]", text);

            ids.Add(new PointId(uuid));
        }

        return ids;
    }

    /// <summary>The sentence of <see cref="PointId.Parse"/>; a long text is cut.</summary>
    private static RpcException Refused(string field, string text)
    {
        string shown = text.Length <= TextShownMax ? text : text[..TextShownMax] + "…";
        return EngineErrors.Invalid(ErrorReason.InvalidId, field, $"expected an unsigned 64-bit integer or a UUID as point id, got '{shown}'");
    }
}
