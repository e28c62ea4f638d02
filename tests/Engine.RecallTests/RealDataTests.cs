using VectorStore.Datasets;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.RecallTests;

/// <summary>Recall with the default parameters on real data, before and after sealing, reopening and deleting.</summary>
public sealed class RealDataTests
{
    [SkippableFact]
    public async Task FashionMnist_WithTheDefaults_ReachesTheFloor_AlsoAfterReopeningAndDeleting()
    {
        float[][] rows = Read("fashion-mnist-784/train-images-idx3-ubyte.gz");
        float[][] queries = Read("fashion-mnist-784/t10k-images-idx3-ubyte.gz", 1_000);
        byte[] labels = ReadLabels("fashion-mnist-784/train-labels-idx1-ubyte.gz");
        using var directory = new TemporaryDirectory();

        await using (var database = await VectorDatabase.OpenAsync(directory.Path))
        {
            var collection = await database.CreateCollectionAsync("fashion", CollectionConfig.WithVector("image", 784, Metric.Euclidean));
            await Recall.UpsertAllAsync(collection, rows, row => Payload.FromJson($$"""{"label":{{labels[row]}}}"""));
            await AssertFindsItselfAsync(collection, rows);
            await collection.SealAsync();
            double recall = await Recall.MeasureAsync(collection, rows, queries, Metric.Euclidean);
            Assert.True(recall >= 0.99, $"recall@10 is {recall:f4}");
        }

        await using (var database = await VectorDatabase.OpenAsync(directory.Path))
        {
            var collection = database.GetCollection("fashion");
            Assert.Equal(60_000, await collection.CountAsync());
            Assert.Equal(0, collection.GetInfo().PointsWaitingForIndex);
            double recall = await Recall.MeasureAsync(collection, rows, queries, Metric.Euclidean);
            Assert.True(recall >= 0.99, $"recall@10 after reopening is {recall:f4}");

            await AssertFilterHoldsAsync(collection, queries, labels);

            await collection.DeleteAsync([.. Enumerable.Range(0, 60_000).Where(row => row % 10 < 3).Select(row => new PointId((ulong)row))]);
            double after = await Recall.MeasureAsync(collection, rows, queries[..200], Metric.Euclidean, row => row % 10 >= 3);
            Assert.True(after >= 0.985, $"recall@10 after deleting 30 % is {after:f4}");
        }
    }

    [SkippableFact]
    public async Task BgeMicro_WithTheDefaults_ReachesTheFloorAgainstItsShippedGroundTruth()
    {
        float[][] rows = Read("bge-micro-v2-384/base.fbin");
        float[][] queries = Read("bge-micro-v2-384/queries.fbin");
        int[][] truth = GroundTruth.Read(RealData.Require("bge-micro-v2-384/groundtruth.cosine.top100.ivecs"));
        using var directory = new TemporaryDirectory();
        await using var database = await VectorDatabase.OpenAsync(directory.Path);
        var collection = await database.CreateCollectionAsync("texts", CollectionConfig.WithVector("text", 384, Metric.Cosine));
        await Recall.UpsertAllAsync(collection, rows);
        await collection.WaitForIndexAsync();

        int correct = 0;
        for (int query = 0; query < queries.Length; query++)
        {
            var found = await collection.SearchAsync(new SearchRequest { Vector = queries[query], Limit = 10 });
            correct += RecallCount.Count([.. found.Select(point => (long)point.Id.Integer)], truth[query], 10);
        }

        double recall = correct / (queries.Length * 10.0);
        Assert.True(recall >= 0.99, $"recall@10 is {recall:f4}");
    }

    [SkippableFact]
    public async Task SiftSmall_WhichIsScanned_IsExact()
    {
        float[][] rows = Read("siftsmall/siftsmall_base.fvecs");
        float[][] queries = Read("siftsmall/siftsmall_query.fvecs");
        using var directory = new TemporaryDirectory();
        await using var database = await VectorDatabase.OpenAsync(directory.Path);
        var collection = await database.CreateCollectionAsync("sift", CollectionConfig.WithVector("v", 128, Metric.Euclidean));
        await Recall.UpsertAllAsync(collection, rows);
        Assert.Equal(1.0, await Recall.MeasureAsync(collection, rows, queries, Metric.Euclidean));
    }

    private static async Task AssertFindsItselfAsync(Collection collection, float[][] rows)
    {
        // Indexing has hardly begun: points are found all the same.
        for (int row = 59_000; row < 60_000; row += 100)
        {
            var found = await collection.SearchAsync(new SearchRequest { Vector = rows[row], Limit = 1 });
            Assert.Equal(0f, Assert.Single(found).Score);
        }
    }

    private static async Task AssertFilterHoldsAsync(Collection collection, float[][] queries, byte[] labels)
    {
        for (int label = 0; label < 10; label++)
        {
            var filter = Filter.FromJson($$"""{ "must": [ { "key": "label", "match": { "value": {{label}} } } ] }""");
            var found = await collection.SearchAsync(new SearchRequest { Vector = queries[label], Limit = 10, Filter = filter });
            Assert.Equal(10, found.Count);
            Assert.All(found, point => Assert.Equal(label, labels[point.Id.Integer]));
        }
    }

    private static float[][] Read(string relativePath, long limit = long.MaxValue)
    {
        using var source = VectorFile.Open(RealData.Require(relativePath));
        return source.ReadRows(limit);
    }

    private static byte[] ReadLabels(string relativePath)
    {
        using var reader = LabelReader.Open(RealData.Require(relativePath));
        var labels = new List<byte>();
        while (reader.TryRead(out byte label))
            labels.Add(label);

        return [.. labels];
    }
}
