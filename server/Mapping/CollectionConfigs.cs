using VectorStore.Engine;
using CollectionConfig = VectorStore.Protocol.V1.CollectionConfig;
using Durability = VectorStore.Protocol.V1.Durability;
using EngineConfig = VectorStore.Engine.CollectionConfig;
using EngineDurability = VectorStore.Engine.Durability;
using EngineHnswConfig = VectorStore.Engine.HnswConfig;
using EngineMetric = VectorStore.Engine.Metric;
using EngineVectorConfig = VectorStore.Engine.VectorConfig;
using HnswConfig = VectorStore.Protocol.V1.HnswConfig;
using Metric = VectorStore.Protocol.V1.Metric;
using VectorConfig = VectorStore.Protocol.V1.VectorConfig;

namespace VectorStore.Server.Mapping;

/// <summary>Configurations of collections. What is absent gets the engine's default; what is wrong goes on to the engine, which says so.</summary>
internal static class CollectionConfigs
{
    public static EngineConfig ToEngine(CollectionConfig? message)
    {
        message ??= new CollectionConfig();
        var config = new EngineConfig
        {
            Vectors = message.Vectors.ToDictionary(vector => vector.Key, vector => ToEngine(vector.Value, $"config.vectors.{vector.Key}")),
            Durability = message.Durability switch
            {
                Durability.Unspecified or Durability.Fsync => EngineDurability.Fsync,
                Durability.Interval => EngineDurability.Interval,
                var unknown => throw Unknown("config.durability", "durability", (int)unknown),
            },
        };
        return message.HasSyncIntervalMs ? config with { SyncIntervalMs = message.SyncIntervalMs } : config;
    }

    public static CollectionConfig FromEngine(EngineConfig config)
    {
        var message = new CollectionConfig
        {
            Durability = config.Durability == EngineDurability.Interval ? Durability.Interval : Durability.Fsync,
            SyncIntervalMs = config.SyncIntervalMs,
        };
        foreach (var (name, vector) in config.Vectors)
            message.Vectors.Add(name, FromEngine(vector));

        return message;
    }

    /// <summary>A metric, which has to be one.</summary>
    /// <param name="metric">As it came.</param>
    /// <param name="field">Its path, for errors.</param>
    public static EngineMetric ToEngine(Metric metric, string field) => metric switch
    {
        Metric.Cosine => EngineMetric.Cosine,
        Metric.Dot => EngineMetric.Dot,
        Metric.Euclidean => EngineMetric.Euclidean,
        Metric.Manhattan => EngineMetric.Manhattan,
        var unknown => throw Unknown(field, "metric", (int)unknown),
    };

    private static EngineVectorConfig ToEngine(VectorConfig message, string field)
    {
        var config = new EngineVectorConfig(message.Dimension, ToEngine(message.Metric, $"{field}.metric"))
        {
            Quantization = IndexConfigs.ToEngine(message.Quantization, $"{field}.quantization"),
            Profile = IndexConfigs.ToEngine(message.Profile, $"{field}.profile"),
            Placement = IndexConfigs.ToEngine(message.Placement, $"{field}.placement"),
            TargetRecall = message.HasTargetRecall ? message.TargetRecall : null,
        };
        return message.Hnsw is { } hnsw ? config with { Hnsw = ToEngine(hnsw) } : config;
    }

    private static EngineHnswConfig ToEngine(HnswConfig message)
    {
        var defaults = new EngineHnswConfig();
        return new EngineHnswConfig
        {
            M = message.HasM ? message.M : defaults.M,
            EfConstruction = message.HasEfConstruction ? message.EfConstruction : defaults.EfConstruction,
            EfSearch = message.HasEfSearch ? message.EfSearch : defaults.EfSearch,
            FullScanThreshold = message.HasFullScanThreshold ? message.FullScanThreshold : defaults.FullScanThreshold,
        };
    }

    private static VectorConfig FromEngine(EngineVectorConfig config)
    {
        var message = new VectorConfig
        {
            Dimension = config.Dimension,
            Metric = config.Metric switch
            {
                EngineMetric.Cosine => Metric.Cosine,
                EngineMetric.Dot => Metric.Dot,
                EngineMetric.Euclidean => Metric.Euclidean,
                EngineMetric.Manhattan => Metric.Manhattan,
                _ => Metric.Unspecified,
            },
            Hnsw = new HnswConfig
            {
                M = config.Hnsw.M,
                EfConstruction = config.Hnsw.EfConstruction,
                EfSearch = config.Hnsw.EfSearch,
                FullScanThreshold = config.Hnsw.FullScanThreshold,
            },
            Quantization = IndexConfigs.FromEngine(config.Quantization),
            Profile = IndexConfigs.FromEngine(config.Profile),
            Placement = IndexConfigs.FromEngine(config.Placement),
        };
        if (config.TargetRecall is { } recall)
            message.TargetRecall = recall;

        return message;
    }

    /// <summary>The engine's sentence; its own numbers of such values are others, so it cannot be asked.</summary>
    private static Protocol.Grpc.RpcException Unknown(string field, string what, int value) =>
        EngineErrors.Invalid(ErrorReason.InvalidConfiguration, field, $"{field}: unknown {what} {value}");
}
