using VectorStore.Cli.Tests.Support;
using VectorStore.Datasets;
using VectorStore.Engine;

namespace VectorStore.Cli.Tests.Datasets;

/// <summary>Readers and yardstick against data other people made, with the neighbour lists they ship.</summary>
public sealed class RealDataTests
{
    [SkippableTheory]
    [InlineData("siftsmall/siftsmall_base.fvecs", "siftsmall/siftsmall_query.fvecs", "siftsmall/siftsmall_groundtruth.ivecs", Metric.Euclidean, 10_000, 128)]
    [InlineData("bge-micro-v2-384/base.fbin", "bge-micro-v2-384/queries.fbin", "bge-micro-v2-384/groundtruth.cosine.top100.ivecs", Metric.Cosine, 13_725, 384)]
    public void Find_OnRealVectors_AgreesWithTheShippedNeighbours(string baseFile, string queryFile, string truthFile, Metric metric, int count, int dimension)
    {
        using var source = VectorFile.Open(SharedData.File(baseFile));
        using var querySource = VectorFile.Open(SharedData.File(queryFile));
        Assert.Equal((count, dimension), (source.Count, source.Dimension));
        float[][] queries = querySource.ReadRows();
        int[][] truth = GroundTruth.Read(SharedData.File(truthFile));
        Assert.Equal(queries.Length, truth.Length);

        // Near duplicates lie 1e-8 apart and may swap places, so the distances of the shipped neighbours are compared, not their order.
        long[][] shipped = [.. truth.Select(row => row.Take(10).Select(id => (long)id).ToArray())];
        var found = ExactSearch.Find(source, queries, metric, limit: 10, watched: shipped);
        Assert.Equal(count, found.RowCount);
        for (int query = 0; query < queries.Length; query++)
            Assert.Equal(10, RecallCount.Count(found.WatchedDistances![query], found.Distances[query], metric));
    }

    [SkippableFact]
    public void Read_FashionMnist_GivesImagesAndLabels()
    {
        using var images = VectorFile.Open(SharedData.File("fashion-mnist-784/t10k-images-idx3-ubyte.gz"));
        using var labels = LabelReader.Open(SharedData.File("fashion-mnist-784/t10k-labels-idx1-ubyte.gz"));
        Assert.Equal((10_000, 784), (images.Count, images.Dimension));
        float[] pixels = new float[784];
        int[] counts = new int[10];
        double sum = 0;
        while (images.TryRead(pixels))
        {
            Assert.True(labels.TryRead(out byte label));
            counts[label]++;
            sum += pixels.Sum();
        }

        // The data set has 1,000 test images of each kind; its mean pixel is published as 0.2868 of 255.
        Assert.All(counts, count => Assert.Equal(1_000, count));
        Assert.Equal(0.2868, sum / 10_000 / 784 / 255, 0.001);
        Assert.False(labels.TryRead(out _));
    }
}
