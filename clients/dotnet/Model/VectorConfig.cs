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
}
