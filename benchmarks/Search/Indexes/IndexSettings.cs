using VectorStore.Engine;

namespace VectorStore.Benchmarks.Search.Indexes;

/// <summary>The engine's configuration. What is null or left alone is the engine's default.</summary>
internal sealed record IndexSettings
{
    public const string VectorName = "vector";

    public IndexProfile Profile { get; init; } = new VectorConfig(1, Metric.Euclidean).Profile;

    public QuantizationKind Quantization { get; init; } = new QuantizationConfig().Kind;

    public int? Bits { get; init; }

    public int? Compression { get; init; }

    public int M { get; init; } = 16;

    public int EfConstruction { get; init; } = 200;

    /// <summary>Up to this many rows a segment is scanned.</summary>
    public int? FullScanThreshold { get; init; }

    public Placement? Originals { get; init; }

    /// <summary>Vectors per segment, in MiB.</summary>
    public long? SealAtMib { get; init; }

    public CollectionConfig ToCollection(int dimension, Metric metric)
    {
        var quantization = new QuantizationConfig { Kind = Quantization };
        var placement = new PlacementConfig();
        var hnsw = new HnswConfig { M = M, EfConstruction = EfConstruction };
        var vector = new VectorConfig(dimension, metric)
        {
            Profile = Profile,
            Hnsw = hnsw with { FullScanThreshold = FullScanThreshold ?? hnsw.FullScanThreshold },
            Quantization = quantization with { Bits = Bits ?? quantization.Bits, Compression = Compression ?? quantization.Compression },
            Placement = placement with { Originals = Originals ?? placement.Originals },
        };
        return new CollectionConfig { Vectors = new Dictionary<string, VectorConfig> { [VectorName] = vector } };
    }

    public DatabaseOptions ToDatabase()
    {
        var options = new DatabaseOptions();
        return options with { SealAtBytes = SealAtMib is { } mib ? mib << 20 : options.SealAtBytes };
    }

    /// <summary>For people: everything that is set.</summary>
    public override string ToString()
    {
        string text = $"{Profile}, {Quantization}, M={M}, efConstruction={EfConstruction}";
        if (Bits is { } bits)
            text += $", bits={bits}";
        if (Compression is { } compression)
            text += $", compression={compression}";
        if (FullScanThreshold is { } threshold)
            text += $", fullScanThreshold={threshold}";
        if (Originals is { } originals)
            text += $", originals={originals}";
        if (SealAtMib is { } mib)
            text += $", sealAtMib={mib}";

        return text;
    }
}
