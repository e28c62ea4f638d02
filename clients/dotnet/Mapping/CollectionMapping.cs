using Wire = VectorStore.Protocol.V1;

namespace VectorStore.Client.Mapping;

/// <summary>Configurations and states of collections.</summary>
internal static class CollectionMapping
{
    public static Wire.CollectionConfig ToWire(CollectionConfig config)
    {
        var message = new Wire.CollectionConfig { Durability = (Wire.Durability)config.Durability };
        if (config.Durability == Durability.Interval)
            message.SyncIntervalMs = config.SyncIntervalMs;

        foreach (var (name, vector) in config.Vectors)
        {
            message.Vectors[name] = new Wire.VectorConfig
            {
                Dimension = vector.Dimension,
                Metric = (Wire.Metric)vector.Metric,
                Hnsw = new Wire.HnswConfig
                {
                    M = vector.Hnsw.M,
                    EfConstruction = vector.Hnsw.EfConstruction,
                    EfSearch = vector.Hnsw.EfSearch,
                    FullScanThreshold = vector.Hnsw.FullScanThreshold,
                },
                Quantization = IndexMapping.ToWire(vector.Quantization),
                Profile = IndexMapping.ToWire(vector.Profile),
                Placement = IndexMapping.ToWire(vector.Placement),
            };
            if (vector.TargetRecall is { } recall)
                message.Vectors[name].TargetRecall = recall;
        }

        return message;
    }

    public static Wire.UpdateCollectionRequest ToWire(string collection, CollectionConfigChange change)
    {
        var message = new Wire.UpdateCollectionRequest { Collection = collection };
        foreach (var (name, vector) in change.Vectors)
            message.Vectors[name] = ToWire(vector);

        return message;
    }

    public static CollectionInfo FromWire(Wire.CollectionInfo info) => new()
    {
        Name = info.Name,
        Health = info.Health switch
        {
            Wire.CollectionHealth.Green => CollectionHealth.Green,
            Wire.CollectionHealth.Yellow => CollectionHealth.Yellow,
            _ => CollectionHealth.Red,
        },
        Problem = info.Problem.Length == 0 ? null : info.Problem,
        Damage = info.Damage is null ? null : FromWire(info.Damage),
        Config = info.Config is null ? null : FromWire(info.Config),
        Points = info.Points,
        PointsWaitingForIndex = info.PointsWaitingForIndex,
        RowsDead = info.RowsDead,
        Segments = info.Segments,
        Lsn = info.Lsn,
        SealedLsn = info.SealedLsn,
        MemoryBytes = info.MemoryBytes,
        DiskBytes = info.DiskBytes,
        MeasuredRecall = [.. info.MeasuredRecall.Select(measured => new MeasuredRecall(measured.VectorName, measured.Recall, measured.Searches))],
    };

    public static CollectionInfo[] FromWire(IEnumerable<Wire.CollectionInfo> infos) => [.. infos.Select(FromWire)];

    public static FileDamage FromWire(Wire.FileDamage damage) => new(damage.File, damage.HasOffsetBytes ? damage.OffsetBytes : null, damage.Reason);

    public static CollectionConfig FromWire(Wire.CollectionConfig config)
    {
        var defaults = new CollectionConfig { Vectors = new Dictionary<string, VectorConfig>() };
        return defaults with
        {
            Vectors = config.Vectors.ToDictionary(vector => vector.Key, vector => FromWire(vector.Value), StringComparer.Ordinal),
            Durability = config.Durability == Wire.Durability.Interval ? Durability.Interval : Durability.Fsync,
            SyncIntervalMs = config.HasSyncIntervalMs ? config.SyncIntervalMs : defaults.SyncIntervalMs,
        };
    }

    private static Wire.VectorConfigChange ToWire(VectorConfigChange change)
    {
        var message = new Wire.VectorConfigChange
        {
            Metric = (Wire.Metric)(change.Metric ?? 0),
            Hnsw = new Wire.HnswConfig(),
            Quantization = new Wire.QuantizationConfig(),
            Placement = new Wire.PlacementConfig
            {
                Originals = IndexMapping.ToWire(change.Originals),
                Codes = IndexMapping.ToWire(change.Codes),
                Graph = IndexMapping.ToWire(change.Graph),
            },
        };
        if (change.Dimension is { } dimension)
            message.Dimension = dimension;
        if (change.M is { } m)
            message.Hnsw.M = m;
        if (change.EfConstruction is { } efConstruction)
            message.Hnsw.EfConstruction = efConstruction;
        if (change.EfSearch is { } efSearch)
            message.Hnsw.EfSearch = efSearch;
        if (change.FullScanThreshold is { } fullScanThreshold)
            message.Hnsw.FullScanThreshold = fullScanThreshold;
        if (change.Quantization is { } kind)
            message.Quantization.Kind = IndexMapping.ToWire(kind);
        if (change.Bits is { } bits)
            message.Quantization.Bits = bits;
        if (change.Compression is { } compression)
            message.Quantization.Compression = compression;
        if (change.Quantile is { } quantile)
            message.Quantization.Quantile = quantile;
        if (change.Profile is { } profile)
            message.Profile = IndexMapping.ToWire(profile);
        if (change.TargetRecall is { } recall)
            message.TargetRecall = recall;

        return message;
    }

    private static VectorConfig FromWire(Wire.VectorConfig vector)
    {
        var hnsw = new HnswConfig();
        if (vector.Hnsw is { } given)
        {
            hnsw = new HnswConfig
            {
                M = given.HasM ? given.M : hnsw.M,
                EfConstruction = given.HasEfConstruction ? given.EfConstruction : hnsw.EfConstruction,
                EfSearch = given.HasEfSearch ? given.EfSearch : hnsw.EfSearch,
                FullScanThreshold = given.HasFullScanThreshold ? given.FullScanThreshold : hnsw.FullScanThreshold,
            };
        }

        return new VectorConfig(vector.Dimension, (Metric)vector.Metric)
        {
            Hnsw = hnsw,
            Quantization = IndexMapping.FromWire(vector.Quantization),
            Profile = IndexMapping.FromWire(vector.Profile),
            Placement = IndexMapping.FromWire(vector.Placement),
            TargetRecall = vector.HasTargetRecall ? vector.TargetRecall : null,
        };
    }
}
