using VectorStore.Datasets;

namespace VectorStore.Cli.Tests.Datasets;

public sealed class SyntheticClustersTests
{
    [Fact]
    public void Make_SameSeedAndNumber_IsTheSameVector()
    {
        float[] first = Make(seed: 7, number: 41);
        Assert.Equal(first, Make(seed: 7, number: 41));
        Assert.NotEqual(first, Make(seed: 8, number: 41));
        Assert.NotEqual(first, Make(seed: 7, number: 42));
    }

    [Fact]
    public void Make_ManyVectors_FallIntoClusters()
    {
        var clusters = new SyntheticClusters(seed: 7, dimension: 96, clusters: 10);
        float[][] vectors = [.. Enumerable.Range(0, 400).Select(number =>
        {
            float[] vector = new float[96];
            clusters.Make(number, vector);
            return vector;
        })];

        // Two vectors of one cluster out of ten come up in one pair of ten, and are nearer than any of two clusters are on average.
        var nearest = ExactSearch.Find(new MemoryVectorSource(96, vectors), vectors, Engine.Metric.Euclidean, limit: 400);
        double tenth = nearest.Distances.Average(distances => distances[20]);
        double median = nearest.Distances.Average(distances => distances[200]);
        Assert.True(tenth < 0.6 * median, $"the 20th of 400 is {tenth} away, the 200th {median}");
    }

    private static float[] Make(ulong seed, long number)
    {
        float[] vector = new float[96];
        new SyntheticClusters(seed, 96, 10).Make(number, vector);
        return vector;
    }
}
