using VectorStore.Datasets;

namespace VectorStore.Benchmarks.Tests.Support;

/// <summary>Small data files, the same in every run.</summary>
internal static class SyntheticFiles
{
    public const int Dimension = 24;

    /// <summary>Writes clustered vectors.</summary>
    public static string WriteClusters(this TempDirectory directory, string name, int count, int first = 0)
    {
        var clusters = new SyntheticClusters(seed: 7, Dimension, clusters: 20);
        return directory.WriteRows(name, [.. Enumerable.Range(first, count).Select(number =>
        {
            float[] row = new float[Dimension];
            clusters.Make(number, row);
            return row;
        })]);
    }

    public static string WriteRows(this TempDirectory directory, string name, params float[][] rows)
    {
        using var writer = new FbinWriter(directory.File(name), rows.Length, rows[0].Length);
        foreach (float[] row in rows)
            writer.Write(row);

        return directory.File(name);
    }
}
