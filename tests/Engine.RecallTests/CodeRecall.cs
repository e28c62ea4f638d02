using VectorStore.Datasets;

namespace VectorStore.Engine.RecallTests;

/// <summary>Data for recall of scans by code.</summary>
internal static class CodeRecall
{
    public const int Limit = 10;

    /// <summary>Vectors of a few dozen clusters in a space of few directions, which is how embeddings lie, and noise in all.</summary>
    public static float[][] Clustered(int count, int dimension, int seed)
    {
        // The clusters are the same for all seeds: queries are drawn like rows.
        var shape = new Random(77);
        const int Directions = 24;
        float[][] basis = [.. Enumerable.Range(0, Directions).Select(_ => Bells(shape, dimension, 1))];
        float[][] centres = [.. Enumerable.Range(0, 30).Select(_ => Bells(shape, Directions, 1))];
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            float[] centre = centres[random.Next(centres.Length)];
            float[] inner = Bells(random, Directions, 0.6);
            float[] vector = Bells(random, dimension, 0.7);
            for (int k = 0; k < Directions; k++)
            {
                for (int j = 0; j < dimension; j++)
                    vector[j] += (centre[k] + inner[k]) * basis[k][j];
            }

            return vector;
        })];
    }

    public static float[][] Read(string relativePath, long limit = long.MaxValue)
    {
        using var source = VectorFile.Open(RealData.Require(relativePath));
        return source.ReadRows(limit);
    }

    private static float[] Bells(Random random, int count, double deviation) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
}
