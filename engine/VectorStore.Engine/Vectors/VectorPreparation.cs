namespace VectorStore.Engine.Vectors;

/// <summary>Brings a valid vector into the form in which it is stored and compared.</summary>
internal static class VectorPreparation
{
    /// <summary>Copies <paramref name="source"/> to <paramref name="destination"/>, under cosine scaled to unit length. They may be the same memory.</summary>
    /// <remarks>Lengths are summed in double precision, so vectors as small as 1e-45 or as large as 3e38 keep their direction.</remarks>
    public static void Prepare(ReadOnlySpan<float> source, VectorConfig config, Span<float> destination)
    {
        if (config.Metric != Metric.Cosine)
        {
            source.CopyTo(destination);
            return;
        }

        double squared = 0;
        foreach (float value in source)
            squared += (double)value * value;

        double length = Math.Sqrt(squared);
        for (int i = 0; i < source.Length; i++)
            destination[i] = (float)(source[i] / length);
    }
}
