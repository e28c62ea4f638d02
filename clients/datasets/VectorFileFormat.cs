namespace VectorStore.Datasets;

/// <summary>The formats vectors are read from. Each may be compressed with gzip.</summary>
public enum VectorFileFormat
{
    /// <summary>The MNIST format: unsigned bytes, read as 0 to 255.</summary>
    Idx,

    /// <summary>The TEXMEX format: per row an int32 dimension and as many float32.</summary>
    Fvecs,

    /// <summary>The format of the billion-scale benchmarks: uint32 rows, uint32 dimension, float32 values.</summary>
    Fbin,

    /// <summary>NumPy arrays of two axes: float32, float64 or uint8.</summary>
    Npy,

    /// <summary>One JSON object per line with id, vector or vectors, and payload.</summary>
    JsonLines,
}
