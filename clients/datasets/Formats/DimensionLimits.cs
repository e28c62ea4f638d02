using VectorStore.Engine;

namespace VectorStore.Datasets.Formats;

/// <summary>The one place that says which dimensions a file may claim, so that no header makes us allocate more.</summary>
internal static class DimensionLimits
{
    /// <summary>Returns the dimension, or says where the file claims an impossible one.</summary>
    public static int Check(DatasetStream stream, long offsetBytes, long dimension) =>
        dimension is >= 1 and <= VectorConfig.DimensionMax
            ? (int)dimension
            : throw new DatasetFormatException(stream.File, offsetBytes, $"expected a dimension from 1 to {VectorConfig.DimensionMax}, found {dimension}");
}
