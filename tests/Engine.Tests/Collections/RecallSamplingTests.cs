using VectorStore.Engine.Simulation;
using VectorStore.Engine.Tests.Segments;
using VectorStore.Engine.Tests.Wal;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>The recall that is published is the one that repeating the searches gives.</summary>
public sealed class RecallSamplingTests
{
    private const int Dimension = 32;
    private static readonly TimeSpan s_watchdog = TimeSpan.FromSeconds(30);

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task MeasuredRecall_OfAllSearches_EqualsTheRecomputedOne()
    {
        await using var database = await OpenAsync(share: 1);
        var collection = await CreateSealedAsync(database);
        float[][] queries = TestVectors.Clustered(60, Dimension, seed: 97);
        int found = 0, wanted = 0;
        for (int query = 0; query < queries.Length; query++)
        {
            // The narrowest beam, without measuring again: so that something is missed. Every third search has a filter.
            var request = new SearchRequest
            {
                Vector = queries[query],
                Limit = 10,
                Ef = 10,
                Rescore = false,
                Filter = query % 3 == 0 ? Filter.FromJson("""{"must":[{"key":"odd","match":{"value":1}}]}""") : null,
            };
            var answers = (await collection.SearchAsync(request)).Select(point => point.Id).ToList();
            await WaitForSamplesAsync(collection, query + 1);

            // Exact searches are not sampled.
            var exact = (await collection.SearchAsync(request with { Exact = true })).Select(point => point.Id).ToList();
            found += answers.Intersect(exact).Count();
            wanted += exact.Count;
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var measured = Assert.Single(collection.GetInfo().MeasuredRecall);
        Assert.Equal(("v", queries.Length), (measured.VectorName, measured.Searches));
        Assert.Equal(found / (double)wanted, measured.Recall, 1e-12);
        Assert.InRange(measured.Recall, 0.1, 0.9);
    }

    [Fact]
    public async Task Writes_BetweenSearchAndRepetition_AreNoMisses()
    {
        await using var database = await OpenAsync(share: 1);
        var collection = await database.CreateCollectionAsync("points", CollectionConfig.WithVector("v", Dimension, Metric.Euclidean));
        float[][] rows = TestVectors.Clustered(600, Dimension, seed: 98);
        await collection.UpsertAsync([.. rows[..300].Select((row, number) => new Point((ulong)number, row))]);
        for (int round = 0; round < 100; round++)
        {
            // Growing and scanned: every answer is exact as of its moment, and the next write makes it wrong.
            float[] query = rows[300 + round];
            await collection.SearchAsync(new SearchRequest { Vector = query, Limit = 5 });
            await collection.UpsertAsync([.. Enumerable.Range(0, 5).Select(copy => new Point((ulong)((round * 5) + copy + 1_000), query))]);
            await collection.DeleteAsync([new PointId((ulong)round)]);
            await WaitForSamplesAsync(collection, round + 1);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, Assert.Single(collection.GetInfo().MeasuredRecall).Recall);
    }

    [Fact]
    public async Task Samples_ComeAtMostEveryFifthOfASecond()
    {
        await using var database = await OpenAsync(share: 1);
        var collection = await CreateSealedAsync(database);
        var hits = new SearchHit[10];
        float[] query = TestVectors.Clustered(1, Dimension, seed: 99)[0];
        collection.Search(query, hits);
        await WaitForSamplesAsync(collection, 1);
        _time.Advance(TimeSpan.FromMilliseconds(199));
        collection.Search(query, hits);
        Assert.Equal(1, Assert.Single(collection.GetInfo().MeasuredRecall).Searches);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        collection.Search(query, hits);
        await WaitForSamplesAsync(collection, 2);
    }

    [Fact]
    public async Task SwitchedOff_MeasuresNothing()
    {
        await using var database = await OpenAsync(share: 0);
        var collection = await CreateSealedAsync(database);
        for (int round = 0; round < 100; round++)
        {
            await collection.SearchAsync(new SearchRequest { Vector = new float[Dimension], Limit = 10 });
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Empty(collection.GetInfo().MeasuredRecall);
    }

    [Theory]
    [InlineData(-0.001)]
    [InlineData(1.001)]
    [InlineData(double.NaN)]
    public async Task Share_ThatIsNone_IsRefused(double share) =>
        Assert.Equal(ErrorReason.OutOfRange, (await Assert.ThrowsAsync<InvalidRequestException>(() => OpenAsync(share))).Reason);

    private Task<VectorDatabase> OpenAsync(double share) =>
        VectorDatabase.OpenAsync("/data", TestData.QuietOptions() with { FileSystem = new SimulatedFileSystem(), TimeProvider = _time, RecallSampling = share });

    private static async Task<Collection> CreateSealedAsync(VectorDatabase database)
    {
        var config = new CollectionConfig
        {
            Vectors = new Dictionary<string, VectorConfig>
            {
                ["v"] = new(Dimension, Metric.Euclidean)
                {
                    Hnsw = new HnswConfig { FullScanThreshold = 100 },
                    Quantization = new QuantizationConfig { Kind = QuantizationKind.Rotated, Bits = 1 },
                },
            },
        };
        var collection = await database.CreateCollectionAsync("points", config);
        float[][] rows = TestVectors.Clustered(2_000, Dimension, seed: 96);
        await collection.UpsertAsync([.. rows.Select((row, number) => new Point((ulong)number, row, Payload.FromJson($$"""{"odd":{{number % 2}}}""")))]);
        await collection.SealAsync();
        return collection;
    }

    /// <summary>Waits until so many repetitions are over.</summary>
    private static async Task WaitForSamplesAsync(Collection collection, int searches)
    {
        using var watchdog = new CancellationTokenSource(s_watchdog);
        while (collection.GetInfo().MeasuredRecall.Sum(measured => measured.Searches) < searches)
            await Task.Delay(1, watchdog.Token);
    }
}
