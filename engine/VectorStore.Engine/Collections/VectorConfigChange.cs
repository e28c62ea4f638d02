namespace VectorStore.Engine;

/// <summary>What is to change of one vector of a collection. Null: stays as it is. Ranges and meaning are those of <see cref="VectorConfig"/>. Immutable.</summary>
public sealed record VectorConfigChange
{
    /// <summary>Cannot change: anything but null and what it is is refused.</summary>
    public int? Dimension { get; init; }

    /// <summary>Cannot change: anything but null and what it is is refused.</summary>
    public Metric? Metric { get; init; }

    /// <summary><see cref="HnswConfig.M"/>. Sealed segments are rebuilt.</summary>
    public int? M { get; init; }

    /// <summary><see cref="HnswConfig.EfConstruction"/>. Sealed segments are rebuilt.</summary>
    public int? EfConstruction { get; init; }

    /// <summary><see cref="HnswConfig.EfSearch"/>. Holds for every search that begins later; nothing is rebuilt.</summary>
    public int? EfSearch { get; init; }

    /// <summary><see cref="HnswConfig.FullScanThreshold"/>. Sealed segments that are to be indexed and are not, or the other way round, are rebuilt.</summary>
    public int? FullScanThreshold { get; init; }

    /// <summary><see cref="QuantizationConfig.Kind"/>. Sealed segments are rebuilt.</summary>
    public QuantizationKind? Quantization { get; init; }

    /// <summary><see cref="QuantizationConfig.Bits"/>. Sealed segments are rebuilt where the encoding goes by it; so it is with the two below.</summary>
    public int? Bits { get; init; }

    /// <summary><see cref="QuantizationConfig.Compression"/>.</summary>
    public int? Compression { get; init; }

    /// <summary><see cref="QuantizationConfig.Quantile"/>.</summary>
    public double? Quantile { get; init; }

    /// <summary>How the graph lies in memory. Sealed segments are rebuilt where it makes a difference: in memory, with projected codes.</summary>
    public IndexProfile? Profile { get; init; }

    /// <summary><see cref="PlacementConfig.Originals"/>. Files of sealed segments are opened again; nothing is rebuilt.</summary>
    public Placement? Originals { get; init; }

    /// <summary><see cref="PlacementConfig.Codes"/>. Files of sealed segments are opened again; only where the profile is <see cref="IndexProfile.Turbo"/>, which needs them in memory, are they rebuilt.</summary>
    public Placement? Codes { get; init; }

    /// <summary><see cref="PlacementConfig.Graph"/>. As <see cref="Codes"/>.</summary>
    public Placement? Graph { get; init; }

    /// <summary><see cref="VectorConfig.TargetRecall"/>, or 0 for none. Holds for every search that begins later; nothing is rebuilt.</summary>
    public double? TargetRecall { get; init; }
}
