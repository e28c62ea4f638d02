namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>How many bit planes a query has, as a type argument.</summary>
internal interface IPlaneCount
{
    /// <summary>4 or 8.</summary>
    static abstract int Count { get; }
}
