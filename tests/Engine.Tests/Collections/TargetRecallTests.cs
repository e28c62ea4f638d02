using VectorStore.Engine.Simulation;
using VectorStore.Engine.Tests.Segments;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>A target recall on its way from a request or a configuration to what was done, through sealing, reopening and merging.</summary>
public sealed class TargetRecallTests
{
    private const int Dimension = 24;

    [Fact]
    public async Task Target_IsExplained_AndSurvivesReopeningAndMerging()
    {
        var disk = new SimulatedFileSystem();
        var options = TestData.QuietOptions() with { FileSystem = disk };
        float[][] rows = TestVectors.Clustered(2_400, Dimension, seed: 95);
        var config = CollectionConfig.WithVector("v", Dimension, Metric.Euclidean);
        config = config with { Vectors = config.Vectors.ToDictionary(pair => pair.Key, pair => pair.Value with { TargetRecall = 0.9, Hnsw = new HnswConfig { FullScanThreshold = 100 } }) };
        var query = new SearchRequest { Vector = rows[7], Limit = 10 };
        SegmentExplanation first;
        await using (var database = await VectorDatabase.OpenAsync("/data", options))
        {
            var collection = await database.CreateCollectionAsync("points", config);
            await collection.UpsertAsync([.. rows[..1_200].Select((row, number) => new Point((ulong)number, row))]);
            Assert.Null((await ExplainAsync(collection, query)).CalibratedRecall);
            await collection.SealAsync();
            first = await ExplainAsync(collection, query);
            Assert.True(first.CalibratedRecall >= 0.9, $"the default target became {first.CalibratedRecall}");

            var higher = await ExplainAsync(collection, query with { TargetRecall = 0.99 });
            Assert.True(higher.CalibratedRecall >= 0.99 && higher.Ef >= first.Ef, $"{higher.CalibratedRecall} with ef {higher.Ef} after {first.Ef}");

            // Whoever names a beam or a number of candidates leaves what was calibrated.
            Assert.Null((await ExplainAsync(collection, query with { Ef = 50 })).CalibratedRecall);
            Assert.Null((await ExplainAsync(collection, query with { Oversampling = 3 })).CalibratedRecall);
        }

        await using (var database = await VectorDatabase.OpenAsync("/data", options))
        {
            var collection = database.GetCollection("points");
            Assert.Equal(first, await ExplainAsync(collection, query));
            for (int start = 1_200; start < rows.Length; start += 400)
            {
                await collection.UpsertAsync([.. Enumerable.Range(start, 400).Select(number => new Point((ulong)number, rows[number]))]);
                await collection.SealAsync();
            }

            await collection.OptimizeAsync();
            var merged = await ExplainAsync(collection, query);
            Assert.Equal((2_400u, true), (merged.Rows, merged.CalibratedRecall >= 0.9));
        }
    }

    private static async Task<SegmentExplanation> ExplainAsync(Collection collection, SearchRequest request) =>
        Assert.Single((await collection.ExplainAsync(request)).Segments);
}
