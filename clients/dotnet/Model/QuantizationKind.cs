namespace VectorStore.Client;

/// <summary>What a sealed segment is searched by, before the best candidates are measured again with the original vectors.</summary>
public enum QuantizationKind : byte
{
    /// <summary>
    /// The engine chooses for each segment: <see cref="Projected"/> where a fraction of the dimensions carries nearly all of the distance, else
    /// <see cref="Int8"/>. Under <see cref="Metric.Manhattan"/> always <see cref="Int8"/>. The default.
    /// </summary>
    Auto = 0,

    /// <summary>The original float32 numbers.</summary>
    None = 1,

    /// <summary>IEEE half precision: two bytes per dimension.</summary>
    Float16 = 2,

    /// <summary>One byte per dimension, linear between two quantiles of the segment's values (<see cref="QuantizationConfig.Quantile"/>).</summary>
    Int8 = 3,

    /// <summary>
    /// A random rotation, then <see cref="QuantizationConfig.Bits"/> bits per dimension with an unbiased estimator and its error bound. Gao and Long, RaBitQ, arXiv:2405.12497; Gao et al., arXiv:2409.09913.
    /// Not for <see cref="Metric.Manhattan"/>.
    /// </summary>
    Rotated = 4,

    /// <summary>The sign of each dimension. For models trained for it; otherwise <see cref="Rotated"/> with one bit takes as much memory and finds more. Not for <see cref="Metric.Manhattan"/>.</summary>
    Binary = 5,

    /// <summary>Product quantization: groups of dimensions replaced by the number of the nearest of 16 trained centroids (<see cref="QuantizationConfig.Compression"/>). Jégou, Douze and Schmid, TPAMI 2011. Not for <see cref="Metric.Manhattan"/>.</summary>
    Product = 6,

    /// <summary>The leading principal components of the segment, one byte each, with the length of what they leave out. Not for <see cref="Metric.Manhattan"/>.</summary>
    Projected = 7,
}
