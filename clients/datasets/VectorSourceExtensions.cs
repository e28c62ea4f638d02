namespace VectorStore.Datasets;

/// <summary>Reading several rows of a source at once.</summary>
public static class VectorSourceExtensions
{
    /// <summary>Reads rows into memory, at most <paramref name="limit"/> of them.</summary>
    public static float[][] ReadRows(this IVectorSource source, long limit = long.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(source);
        var rows = new List<float[]>();
        float[] row = new float[source.Dimension];
        while (rows.Count < limit && source.TryRead(row))
        {
            rows.Add(row);
            row = new float[source.Dimension];
        }

        return [.. rows];
    }
}
