namespace VectorStore.Engine.Distance.Kernels;

/// <summary>What the distance between two rows of <see cref="ByteRows"/> is made of.</summary>
internal enum ByteMetric
{
    /// <summary>Σ (a − b)² over the codes, plus the heads of both rows, which are int32: the squared length of what the codes leave out, in the codes' unit. Codes are 0 to 127.</summary>
    SquaredEuclidean = 0,

    /// <summary>Σ (a − b)² over the codes, plus the squared difference of the heads, which are float32: one more coordinate, in the codes' unit. Codes are 0 to 127.</summary>
    Augmented = 1,

    /// <summary>Σ |a − b| over the codes; heads are zero. Codes are 0 to 255.</summary>
    Manhattan = 2,

    /// <summary>Σ (a − b)² over the codes; heads are zero. Codes are 0 to 255.</summary>
    WideSquaredEuclidean = 3,
}
