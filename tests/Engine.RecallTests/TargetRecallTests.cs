using VectorStore.Datasets;
using VectorStore.Engine.Simulation;
using Xunit.Abstractions;

namespace VectorStore.Engine.RecallTests;

/// <summary>A target that was calibrated with stored rows is reached by queries that were never stored.</summary>
public sealed class TargetRecallTests(ITestOutputHelper output)
{
    // The samples are few hundred, and so are the queries: both have an error.
    private const double Tolerance = 0.005;

    [SkippableFact]
    public Task FashionMnist_ReachesEachTarget() =>
        AssertReachedAsync(Read("fashion-mnist-784/train-images-idx3-ubyte.gz"), Read("fashion-mnist-784/t10k-images-idx3-ubyte.gz", 400), Metric.Euclidean);

    [SkippableFact]
    public Task BgeMicro_ReachesEachTarget() =>
        AssertReachedAsync(Read("bge-micro-v2-384/base.fbin"), Read("bge-micro-v2-384/queries.fbin"), Metric.Cosine);

    private async Task AssertReachedAsync(float[][] rows, float[][] queries, Metric metric)
    {
        using var directory = new TemporaryDirectory();
        await using var database = await VectorDatabase.OpenAsync(directory.Path);
        var collection = await database.CreateCollectionAsync("vectors", CollectionConfig.WithVector("v", rows[0].Length, metric));
        await Recall.UpsertAllAsync(collection, rows);
        await collection.SealAsync();
        var nearest = await AnswersAsync(queries, query => new SearchRequest { Vector = query, Limit = 100, Exact = true, WithPayload = false });
        foreach (int limit in new[] { 10, 50, 100 })
        {
            var truth = nearest.Select(points => points.Take(limit));
            int before = 0;
            foreach (double target in new[] { 0.9, 0.95, 0.99 })
            {
                var found = await AnswersAsync(queries, query => new SearchRequest { Vector = query, Limit = limit, TargetRecall = target, WithPayload = false });
                double recall = truth.Zip(found, (expected, actual) => expected.Intersect(actual).Count() / (double)limit).Average();
                var explained = await collection.ExplainAsync(new SearchRequest { Vector = queries[0], Limit = limit, TargetRecall = target, WithPayload = false });
                var segment = Assert.Single(explained.Segments);
                output.WriteLine($"recall@{limit} of target {target}: {recall:f4}, ef {segment.Ef}, rescored {segment.Rescored}, calibrated {segment.CalibratedRecall:f4}, {segment.Distances} distances");
                Assert.True(recall >= target - Tolerance, $"recall@{limit} is {recall:f4} for a target of {target}");
                Assert.True(segment.CalibratedRecall >= target, $"{segment.CalibratedRecall} for a target of {target}");
                Assert.True(segment.Ef >= before, $"ef {segment.Ef} for a target of {target}, {before} for a lower one");
                before = segment.Ef;
            }
        }

        async Task<List<List<PointId>>> AnswersAsync(float[][] asked, Func<float[], SearchRequest> request)
        {
            var answers = new List<List<PointId>>(asked.Length);
            foreach (float[] query in asked)
                answers.Add([.. (await collection.SearchAsync(request(query))).Select(point => point.Id)]);

            return answers;
        }
    }

    private static float[][] Read(string relativePath, long limit = long.MaxValue)
    {
        using var source = VectorFile.Open(RealData.Require(relativePath));
        return source.ReadRows(limit);
    }
}
