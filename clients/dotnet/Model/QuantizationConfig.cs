namespace VectorStore.Client;

/// <summary>How one vector of a collection is encoded for searching. The original vectors are always kept.</summary>
public sealed record QuantizationConfig
{
    /// <summary>The encoding. Default <see cref="QuantizationKind.Auto"/>.</summary>
    public QuantizationKind Kind { get; init; } = QuantizationKind.Auto;

    /// <summary>Bits per dimension of <see cref="QuantizationKind.Rotated"/>: 1, 2, 4 or 8. Default 8. Others ignore it.</summary>
    public int Bits { get; init; } = 8;

    /// <summary>How many bytes of float32 one byte of <see cref="QuantizationKind.Product"/> codes stands for: 4, 8, 16, 32 or 64. Default 16. Others ignore it.</summary>
    public int Compression { get; init; } = 16;

    /// <summary>Share of a segment's values that <see cref="QuantizationKind.Int8"/> represents without clipping, 0.9 to 1. Default 0.999. Others ignore it.</summary>
    public double Quantile { get; init; } = 0.999;
}
