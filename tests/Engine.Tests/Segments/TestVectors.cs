using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Tests.Segments;

/// <summary>Seeded vectors that suit a metric, the index over them, and the answers by definition.</summary>
internal static class TestVectors
{
    /// <summary>Points around a number of centres that lie in fewer dimensions than the space, as real vectors do.</summary>
    public static float[][] Clustered(int count, int dimension, int seed, int clusters = 50)
    {
        var random = new Random(seed);
        int latent = Math.Min(dimension, 12);
        float[][] basis = [.. Enumerable.Range(0, latent).Select(_ => Gaussian(random, dimension))];
        float[][] centres = [.. Enumerable.Range(0, clusters).Select(_ => Gaussian(random, latent))];
        float[][] vectors = new float[count][];
        for (int i = 0; i < count; i++)
        {
            float[] centre = centres[random.Next(clusters)];
            float[] noise = Gaussian(random, latent);
            vectors[i] = new float[dimension];
            for (int l = 0; l < latent; l++)
            {
                float weight = (centre[l] * 2) + noise[l];
                for (int d = 0; d < dimension; d++)
                    vectors[i][d] += weight * basis[l][d];
            }
        }

        return vectors;
    }

    /// <summary>Small whole numbers, whose distances are exact in float whatever the order of the additions; many are equally far.</summary>
    public static float[][] Whole(int count, int dimension, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, dimension).Select(_ => (float)random.Next(-3, 4)).ToArray())];
    }

    public static VectorConfig Config(int dimension, Metric metric, int fullScanThreshold = 0) =>
        new(dimension, metric) { Hnsw = new HnswConfig { FullScanThreshold = fullScanThreshold } };

    public static float[] Prepare(float[] vector, VectorConfig config)
    {
        VectorValidation.Validate(vector, config, "vector");
        float[] prepared = new float[vector.Length];
        VectorPreparation.Prepare(vector, config, prepared);
        return prepared;
    }

    /// <summary>An index of these vectors; null is a point without one.</summary>
    public static GrowingIndex Fill(VectorConfig config, IReadOnlyList<float[]?> vectors)
    {
        var index = GrowingIndex.Create(config, Math.Max(1, vectors.Count));
        Append(index, config, vectors);
        return index;
    }

    public static void Append(GrowingIndex index, VectorConfig config, IReadOnlyList<float[]?> vectors)
    {
        foreach (float[]? vector in vectors)
        {
            if (vector is null)
                index.AppendMissing(new PointOffset(index.Count));
            else
                index.Append(new PointOffset(index.Count), Prepare(vector, config));
        }
    }

    public static void IndexAll(GrowingIndex index, int threads = 2)
    {
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            while (index.IndexNext(index.Count, CancellationToken.None))
            {
            }
        })).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
    }

    public static ScoredOffset[] Search<TFilter>(
        GrowingIndex index,
        float[] query,
        TFilter filter,
        int wanted,
        int ef = 100,
        bool exact = false,
        uint? visibleCount = null)
        where TFilter : struct, IPointFilter
    {
        var results = new ResultPool();
        results.Reset(wanted);
        index.Search(query, filter, new IndexQuery(visibleCount ?? index.Count) { Ef = ef, Exact = exact }, results);
        return results.Finish().ToArray();
    }

    /// <summary>The nearest by definition: distances in double, of equals the newer first.</summary>
    public static (uint Offset, double Distance)[] Nearest(
        IReadOnlyList<float[]?> vectors,
        VectorConfig config,
        float[] query,
        int wanted,
        Func<uint, bool> accepts)
    {
        var all = new List<(uint Offset, double Distance)>();
        float[] target = Prepare(query, config);
        for (uint i = 0; i < vectors.Count; i++)
        {
            if (vectors[(int)i] is { } vector && accepts(i))
                all.Add((i, Distance(Prepare(vector, config), target, config.Metric)));
        }

        return [.. all.OrderBy(point => point.Distance).ThenByDescending(point => point.Offset).Take(wanted)];
    }

    /// <summary>The share of the nearest that was found, where a point as near as the farthest of them counts too.</summary>
    public static double Recall(ScoredOffset[] found, (uint Offset, double Distance)[] nearest)
    {
        if (nearest.Length == 0)
            return 1;

        double farthest = nearest[^1].Distance;
        double slack = Math.Abs(farthest) * 1e-5;
        return found.Count(point => point.Distance <= farthest + slack) / (double)nearest.Length;
    }

    private static double Distance(float[] left, float[] right, Metric metric) => metric switch
    {
        Metric.Cosine or Metric.Dot => -left.Zip(right, (l, r) => (double)l * r).Sum(),
        Metric.Euclidean => left.Zip(right, (l, r) => ((double)l - r) * ((double)l - r)).Sum(),
        _ => left.Zip(right, (l, r) => Math.Abs((double)l - r)).Sum(),
    };

    private static float[] Gaussian(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
}
