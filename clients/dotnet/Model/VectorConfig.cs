namespace VectorStore.Client;

/// <summary>One named dense vector of a collection.</summary>
/// <param name="Dimension">Numbers per vector, 1 to <see cref="DimensionMax"/>. Cannot change later.</param>
/// <param name="Metric">How nearness is measured. Cannot change later.</param>
public sealed record VectorConfig(int Dimension, Metric Metric)
{
    /// <summary>The largest dimension.</summary>
    public const int DimensionMax = 65_536;

    /// <summary>Parameters of this vector's graph.</summary>
    public HnswConfig Hnsw { get; init; } = new();

    /// <summary>How sealed segments encode this vector for searching.</summary>
    public QuantizationConfig Quantization { get; init; } = new();

    /// <summary>How the graph of sealed segments lies in memory. Default <see cref="IndexProfile.Compact"/>.</summary>
    public IndexProfile Profile { get; init; } = IndexProfile.Compact;

    /// <summary>Which parts of sealed segments are in memory and which on disk.</summary>
    public PlacementConfig Placement { get; init; } = new();

    /// <summary>
    /// Share of the true nearest points that searches which say neither <see cref="SearchRequest.Ef"/> nor <see cref="SearchRequest.TargetRecall"/> should find, 0.5 to 0.999.
    /// Null: <see cref="HnswConfig.EfSearch"/> decides.
    /// </summary>
    public double? TargetRecall { get; init; }
}
