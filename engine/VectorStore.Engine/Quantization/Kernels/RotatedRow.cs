namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Where the numbers of a row of rotated codes are: three little-endian floats, then the codes.</summary>
internal static class RotatedRow
{
    /// <summary>What the row contributes to the estimate whatever the query.</summary>
    public const int TermOffset = 0;

    /// <summary>What the inner product of codes and query is multiplied by.</summary>
    public const int FactorOffset = 4;

    /// <summary>Half-width of the estimate's error for a query at distance 1 of the centre and ε = 1.</summary>
    public const int ErrorOffset = 8;

    public const int HeadBytes = 12;
}
