using VectorStore.Engine;
using Sdk = VectorStore.Client;

namespace VectorStore.Cli.Client;

/// <summary>The .NET client has the engine's words, and types of its own for them.</summary>
internal static class SdkTypes
{
    public static Sdk.PointId ToSdk(PointId id) => id.Kind == PointIdKind.Integer ? new(id.Integer) : new(id.Uuid);

    public static PointId ToEngine(Sdk.PointId id) => id.Kind == Sdk.PointIdKind.Integer ? new(id.Integer) : new(id.Uuid);

    public static Sdk.Point ToSdk(Point point) =>
        new(ToSdk(point.Id), point.Vectors, point.Payload is { } payload ? Sdk.Payload.FromUtf8Json(payload.Utf8Json.Span) : null);

    public static Sdk.Filter? ToSdk(Filter? filter) => filter is null ? null : Sdk.Filter.FromJson(filter.ToString());

    public static Sdk.SearchRequest ToSdk(SearchRequest request) => new()
    {
        Vector = request.Vector,
        VectorName = request.VectorName,
        Limit = request.Limit,
        Offset = request.Offset,
        ScoreThreshold = request.ScoreThreshold,
        Filter = ToSdk(request.Filter),
        WithPayload = request.WithPayload,
        WithVectors = request.WithVectors,
        Ef = request.Ef,
        Exact = request.Exact,
    };

    public static Sdk.CollectionConfig ToSdk(CollectionConfig config) => new()
    {
        Vectors = config.Vectors.ToDictionary(
            vector => vector.Key,
            vector => new Sdk.VectorConfig(vector.Value.Dimension, (Sdk.Metric)vector.Value.Metric)
            {
                Hnsw = new Sdk.HnswConfig
                {
                    M = vector.Value.Hnsw.M,
                    EfConstruction = vector.Value.Hnsw.EfConstruction,
                    EfSearch = vector.Value.Hnsw.EfSearch,
                    FullScanThreshold = vector.Value.Hnsw.FullScanThreshold,
                },
            }),
        Durability = (Sdk.Durability)config.Durability,
        SyncIntervalMs = config.SyncIntervalMs,
    };

    public static ScoredPoint ToEngine(Sdk.ScoredPoint point) => new(ToEngine(point.Id), point.Score, ToEngine(point.Payload), point.Vectors, point.Lsn);

    public static RetrievedPoint ToEngine(Sdk.RetrievedPoint point) => new(ToEngine(point.Id), ToEngine(point.Payload), point.Vectors, point.Lsn);

    public static CollectionInfo ToEngine(Sdk.CollectionInfo info) => new()
    {
        Name = info.Name,
        Health = (CollectionHealth)info.Health,
        Problem = info.Problem,
        Config = info.Config is { } config ? ToEngine(config) : null,
        Points = info.Points,
        PointsWaitingForIndex = info.PointsWaitingForIndex,
        RowsDead = info.RowsDead,
        Segments = info.Segments,
        Lsn = info.Lsn,
        SealedLsn = info.SealedLsn,
        MemoryBytes = info.MemoryBytes,
        DiskBytes = info.DiskBytes,
    };

    private static Payload? ToEngine(Sdk.Payload? payload) => payload is null ? null : Payload.FromUtf8Json(payload.Utf8Json.Span);

    private static CollectionConfig ToEngine(Sdk.CollectionConfig config) => new()
    {
        Vectors = config.Vectors.ToDictionary(
            vector => vector.Key,
            vector => new VectorConfig(vector.Value.Dimension, (Metric)vector.Value.Metric)
            {
                Hnsw = new HnswConfig
                {
                    M = vector.Value.Hnsw.M,
                    EfConstruction = vector.Value.Hnsw.EfConstruction,
                    EfSearch = vector.Value.Hnsw.EfSearch,
                    FullScanThreshold = vector.Value.Hnsw.FullScanThreshold,
                },
            }),
        Durability = (Durability)config.Durability,
        SyncIntervalMs = config.SyncIntervalMs,
    };
}
