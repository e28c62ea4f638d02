using VectorStore.Engine.Simulation;
using VectorStore.Engine.Tests.Segments;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>Searching collections whose segments are sealed: by codes and graph, then by the original vectors.</summary>
public sealed class SealedSearchTests
{
    private const int Dimension = 32;

    public static TheoryData<Metric> Metrics => [Metric.Cosine, Metric.Dot, Metric.Euclidean, Metric.Manhattan];

    [Theory]
    [MemberData(nameof(Metrics))]
    public async Task Recall_SurvivesDeletingMergingAndReopening(Metric metric)
    {
        using var directory = new TemporaryDirectory();
        float[][] vectors = TestVectors.Clustered(6_000, Dimension, seed: 1);
        var alive = Enumerable.Range(0, vectors.Length).ToHashSet();
        var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions());
        var collection = await database.CreateCollectionAsync("points", Config(metric));
        for (int segment = 0; segment < 2; segment++)
        {
            await UpsertAsync(collection, vectors, segment * 3_000, 3_000);
            await collection.SealAsync();
        }

        double whole = await RecallAsync(collection, vectors, alive, metric);
        Assert.True(whole >= 0.99, $"recall@10 is {whole:F4}");
        Assert.All((await collection.ExplainAsync(new SearchRequest { Vector = vectors[0] })).Segments, segment => Assert.Equal(SearchPath.Graph, segment.Path));

        alive.RemoveWhere(row => row % 10 < 3);
        await collection.DeleteAsync([.. Enumerable.Range(0, vectors.Length).Where(row => !alive.Contains(row)).Select(row => new PointId((ulong)row))]);
        await AssertRecallAsync("deleting 30 %");

        await database.DisposeAsync();
        database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions());
        collection = database.GetCollection("points");
        await AssertRecallAsync("reopening");

        await collection.SealAsync();
        await collection.OptimizeAsync();
        Assert.Equal(0, collection.GetInfo().RowsDead);
        await AssertRecallAsync("merging");

        await database.DisposeAsync();
        database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions());
        collection = database.GetCollection("points");
        await AssertRecallAsync("merging and reopening");
        Assert.Empty((await collection.VerifyAsync()).Problems);
        await database.DisposeAsync();

        async Task AssertRecallAsync(string when)
        {
            double recall = await RecallAsync(collection, vectors, alive, metric);
            Assert.True(recall >= whole - 0.01, $"recall@10 under {metric} was {whole:F4}, and is {recall:F4} after {when}");
        }
    }

    [Fact]
    public async Task Placement_OnDiskOrInMemory_GivesTheSameAnswers()
    {
        float[][] vectors = TestVectors.Clustered(3_000, Dimension, seed: 2);
        var answers = new List<string>();
        var memory = new List<long>();
        foreach (var placement in new[]
        {
            new PlacementConfig { Originals = Placement.Memory },
            new PlacementConfig(),
            new PlacementConfig { Codes = Placement.Disk, Graph = Placement.Disk },
        })
        {
            using var directory = new TemporaryDirectory();
            var config = Config(Metric.Euclidean, placement);
            await using (var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions()))
            {
                var collection = await database.CreateCollectionAsync("points", config);
                await UpsertAsync(collection, vectors, 0, vectors.Length);
                await collection.SealAsync();
                answers.Add(await AnswersAsync(collection));
                memory.Add(collection.GetInfo().MemoryBytes);
            }

            await using (var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions()))
            {
                var collection = database.GetCollection("points");
                answers.Add(await AnswersAsync(collection));
                Assert.InRange(collection.GetInfo().MemoryBytes, 0, memory[^1]);
            }
        }

        Assert.Single(answers.Distinct());
        Assert.True(memory[0] - memory[1] >= vectors.Length * Dimension * sizeof(float), $"{memory[0]} bytes with originals in memory, {memory[1]} without");
        Assert.True(memory[1] > memory[2], $"{memory[1]} bytes with codes and graph in memory, {memory[2]} without");

        async Task<string> AnswersAsync(Collection collection)
        {
            var all = new List<string>();
            foreach (float[] query in vectors[..30])
            {
                foreach (bool exact in new[] { false, true })
                    all.AddRange((await collection.SearchAsync(new SearchRequest { Vector = query, Exact = exact, WithVectors = true })).Select(point => $"{point.Id} {point.Score} {string.Join(' ', point.Vectors!["v"])}"));
            }

            return string.Join('\n', all);
        }
    }

    [Fact]
    public async Task Search_IntoASpan_EqualsSearchAsync()
    {
        using var directory = new TemporaryDirectory();
        await using var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions());
        float[][] vectors = TestVectors.Clustered(3_000, Dimension, seed: 3);
        var collection = await database.CreateCollectionAsync("points", Config(Metric.Cosine));
        var hits = new SearchHit[10];
        Assert.Equal(0, collection.Search(vectors[0], hits));

        // Two sealed segments with a graph, a small one, dead rows, and rows that are not sealed; every tenth vector is there twice.
        await UpsertAsync(collection, vectors, 0, 1_400);
        await collection.SealAsync();
        await UpsertAsync(collection, vectors, 1_400, 1_300);
        await collection.SealAsync();
        await collection.UpsertAsync([.. Enumerable.Range(0, 100).Select(row => new Point((ulong)(10_000 + row), vectors[row * 10]))]);
        await collection.SealAsync();
        await collection.DeleteAsync([.. Enumerable.Range(0, 300).Select(row => new PointId((ulong)(row * 7)))]);
        await UpsertAsync(collection, vectors, 2_700, 300);
        foreach (var (parameters, request) in new[]
        {
            (null, new SearchRequest { Vector = default }),
            (new SearchParameters { Ef = 20, Oversampling = 1 }, new SearchRequest { Vector = default, Ef = 20, Oversampling = 1 }),
            (new SearchParameters { Exact = true }, new SearchRequest { Vector = default, Exact = true }),
            (new SearchParameters { VectorName = "v", Rescore = false }, new SearchRequest { Vector = default, Rescore = false }),
        })
        {
            foreach (float[] query in vectors[..50])
            {
                int count = collection.Search(query, hits, parameters);
                var expected = await collection.SearchAsync(request with { Vector = query });
                Assert.Equal(expected.Select(point => (point.Id, point.Score)), hits[..count].Select(hit => (hit.Id, hit.Score)));
            }
        }
    }

    [Fact]
    public async Task Search_IntoASpan_RefusesWhatSearchAsyncRefuses()
    {
        using var directory = new TemporaryDirectory();
        await using var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions());
        var collection = await database.CreateCollectionAsync("points", Config(Metric.Cosine));
        float[] query = [1, .. new float[Dimension - 1]];
        var hits = new SearchHit[10];
        Assert.Equal(ErrorReason.OutOfRange, Assert.Throws<InvalidRequestException>(() => collection.Search(query, [])).Reason);
        Assert.Equal(ErrorReason.OutOfRange, Assert.Throws<InvalidRequestException>(() => collection.Search(query, hits, new SearchParameters { Ef = 0 })).Reason);
        Assert.Equal(ErrorReason.OutOfRange, Assert.Throws<InvalidRequestException>(() => collection.Search(query, hits, new SearchParameters { Oversampling = 0.5 })).Reason);
        Assert.Equal(ErrorReason.UnknownVector, Assert.Throws<InvalidRequestException>(() => collection.Search(query, hits, new SearchParameters { VectorName = "w" })).Reason);
        Assert.Equal(ErrorReason.DimensionMismatch, Assert.Throws<InvalidRequestException>(() => collection.Search([1, 2], hits)).Reason);
        Assert.Equal(ErrorReason.ZeroVector, Assert.Throws<InvalidRequestException>(() => collection.Search(new float[Dimension], hits)).Reason);
        await database.DisposeAsync();
        Assert.Equal(ErrorReason.Closed, Assert.Throws<DatabaseStateException>(() => collection.Search(query, hits)).Reason);
    }

    [Fact]
    public async Task Search_IntoASpan_DoesNotAllocate()
    {
        using var directory = new TemporaryDirectory();
        await using var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions());
        float[][] vectors = TestVectors.Clustered(4_000, Dimension, seed: 4);
        var collection = await database.CreateCollectionAsync("points", Config(Metric.Cosine));
        await UpsertAsync(collection, vectors, 0, 2_000);
        await collection.SealAsync();
        Assert.Equal(0, Run());

        await UpsertAsync(collection, vectors, 2_000, 1_900);
        await collection.SealAsync();
        await UpsertAsync(collection, vectors, 3_900, 100);
        await collection.DeleteAsync([5, 6, 7]);
        Assert.Equal(0, Run());

        long Run()
        {
            var hits = new SearchHit[10];
            long allocated = long.MaxValue;

            // The first round warms up; a later one may by chance make the thread pool start a thread.
            for (int round = 0; round < 5; round++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int search = 0; search < 1_000; search++)
                    collection.Search(vectors[search], hits);

                allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            return allocated;
        }
    }

    [Fact]
    public async Task Explain_SaysWhatWasDoneInEachSegment()
    {
        using var directory = new TemporaryDirectory();
        await using var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions());
        float[][] vectors = TestVectors.Clustered(3_000, Dimension, seed: 5);
        var collection = await database.CreateCollectionAsync("points", Config(Metric.Euclidean));
        await UpsertAsync(collection, vectors, 0, 2_000);
        await collection.SealAsync();
        await UpsertAsync(collection, vectors, 2_000, 100);
        await collection.DeleteAsync([1, 2, 3]);

        var request = new SearchRequest { Vector = vectors[9], Ef = 64, Oversampling = 2, WithPayload = false };
        var explained = await collection.ExplainAsync(request);
        Assert.Equal((await collection.SearchAsync(request)).Select(point => point.Id), explained.Points.Select(point => point.Id));
        Assert.Collection(
            explained.Segments,
            segment =>
            {
                Assert.Equal((1u, true, 2_000u, 1_997u), (segment.Segment, segment.Sealed, segment.Rows, segment.Accepted));
                Assert.Equal((SearchPath.Graph, 64, 20), (segment.Path, segment.Ef, segment.Rescored));
                Assert.Equal(QuantizationKind.Projected, segment.Quantization);
                Assert.StartsWith("projected: ", segment.Encoding, StringComparison.Ordinal);
                Assert.True(segment.Hops > 0 && segment.Distances is > 0 and < 2_000, $"{segment.Hops} hops, {segment.Distances} distances");
            },
            segment =>
            {
                Assert.Equal((2u, false, 100u, 100u), (segment.Segment, segment.Sealed, segment.Rows, segment.Accepted));
                Assert.Equal((SearchPath.Scan, 0, 0, 0, 100L), (segment.Path, segment.Ef, segment.Rescored, segment.Hops, segment.Distances));
                Assert.Equal(QuantizationKind.None, segment.Quantization);
            });
    }

    /// <summary>A search for a point that was acknowledged before it began finds it, whatever is sealed or merged meanwhile; one deleted before it began is never found.</summary>
    [Fact]
    public async Task Search_BesideSealingAndMerging_MissesNothing()
    {
        using var directory = new TemporaryDirectory();
        var options = TestData.QuietOptions() with { SealAtBytes = 600 * ((Dimension * sizeof(float)) + 32) };
        await using var database = await VectorDatabase.OpenAsync(directory.Path, options);
        float[][] vectors = TestVectors.Clustered(6_000, Dimension, seed: 6);
        var collection = await database.CreateCollectionAsync("points", Config(Metric.Euclidean, fullScanThreshold: 50));
        int stored = 0, deleted = 0;
        bool done = false;
        var mistakes = new List<string>();
        var searchers = Enumerable.Range(0, 2).Select(seed => new Thread(() =>
        {
            var random = new Random(seed);
            var hits = new SearchHit[5];
            while (!Volatile.Read(ref done))
            {
                int newest = Volatile.Read(ref stored);
                if (newest == 0)
                    continue;

                int target = random.Next(newest);
                bool wasDeleted = target < Volatile.Read(ref deleted);
                int count = collection.Search(vectors[target], hits);
                bool found = hits[..count].Any(hit => hit.Id == (ulong)target);
                bool isDeleted = target < Volatile.Read(ref deleted) + 10;
                lock (mistakes)
                {
                    if ((wasDeleted && found) || (!isDeleted && !found))
                        mistakes.Add($"point {target} of {newest}: {(found ? "found after it was deleted" : "not found")}");
                    if (hits[..count].DistinctBy(hit => hit.Id).Count() != count)
                        mistakes.Add($"a search for point {target} found one twice");
                }
            }
        })).ToList();
        searchers.ForEach(thread => thread.Start());
        for (int first = 0; first < vectors.Length; first += 100)
        {
            await UpsertAsync(collection, vectors, first, 100);
            Volatile.Write(ref stored, first + 100);
            await collection.DeleteAsync([.. Enumerable.Range(deleted, 10).Select(row => new PointId((ulong)row))]);
            Volatile.Write(ref deleted, deleted + 10);
            if (first % 1_500 == 0)
                await collection.OptimizeAsync();
        }

        await collection.SealAsync();
        await collection.OptimizeAsync();
        Volatile.Write(ref done, true);
        searchers.ForEach(thread => thread.Join());
        Assert.Empty(mistakes.Take(5));
        Assert.Equal(0, collection.GetInfo().PointsWaitingForIndex);
        Assert.Equal(stored - deleted, await collection.CountAsync());
    }

    [Fact]
    public async Task Search_OfPointsWithoutTheVector_LeavesThemOut()
    {
        using var directory = new TemporaryDirectory();
        await using var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions());
        float[][] vectors = TestVectors.Clustered(2_000, Dimension, seed: 7);
        var v = Config(Metric.Euclidean).Vectors["v"];
        var collection = await database.CreateCollectionAsync("points", new CollectionConfig { Vectors = new Dictionary<string, VectorConfig> { ["a"] = v, ["b"] = v } });
        await collection.UpsertAsync([.. vectors.Select((vector, row) => new Point(
            (ulong)row,
            row % 3 == 0 ? new Dictionary<string, ReadOnlyMemory<float>> { ["a"] = vector } : new Dictionary<string, ReadOnlyMemory<float>> { ["b"] = vector }))]);
        await collection.SealAsync();
        var hits = new SearchHit[20];
        for (int row = 0; row < 60; row++)
        {
            string has = row % 3 == 0 ? "a" : "b", lacks = row % 3 == 0 ? "b" : "a";
            Assert.Equal(20, collection.Search(vectors[row], hits, new SearchParameters { VectorName = has }));
            Assert.Equal((ulong)row, hits[0].Id);
            Assert.Equal(20, collection.Search(vectors[row], hits, new SearchParameters { VectorName = lacks }));
            Assert.All(hits, hit => Assert.Equal(lacks == "a", hit.Id.Integer % 3 == 0));
        }
    }

    /// <summary>A walk measures many more points than its beam holds, and the best of them are measured again, so that a narrow beam gives as many results as are asked for, and good ones.</summary>
    [Fact]
    public async Task ABeamNarrowerThanTheResults_StillFindsThemOnTheGraph()
    {
        using var directory = new TemporaryDirectory();
        float[][] vectors = TestVectors.Clustered(6_000, Dimension, seed: 3);
        await using var database = await VectorDatabase.OpenAsync(directory.Path, TestData.QuietOptions());
        var collection = await database.CreateCollectionAsync("points", Config(Metric.Euclidean));
        await UpsertAsync(collection, vectors, 0, vectors.Length);
        await collection.SealAsync();

        int hits = 0;
        int wanted = 0;
        for (int query = 0; query < vectors.Length; query += 60)
        {
            var request = new SearchRequest { Vector = vectors[query], Limit = 10 };
            var exact = (await collection.SearchAsync(request with { Exact = true })).Select(point => point.Id).ToHashSet();
            var found = await collection.SearchAsync(request with { Ef = 6 });
            Assert.Equal(10, found.Count);
            hits += found.Count(point => exact.Contains(point.Id));
            wanted += exact.Count;
        }

        Assert.True(hits >= 0.85 * wanted, $"a beam of 6 finds {hits} of {wanted}");
        var segment = Assert.Single((await collection.ExplainAsync(new SearchRequest { Vector = vectors[0], Limit = 10, Ef = 6 })).Segments);
        Assert.Equal((SearchPath.Graph, 6), (segment.Path, segment.Ef));
    }

    private static CollectionConfig Config(Metric metric, PlacementConfig? placement = null, int fullScanThreshold = 500) => new()
    {
        Vectors = new Dictionary<string, VectorConfig>
        {
            ["v"] = new(Dimension, metric) { Hnsw = new HnswConfig { FullScanThreshold = fullScanThreshold }, Placement = placement ?? new PlacementConfig() },
        },
    };

    private static Task UpsertAsync(Collection collection, float[][] vectors, int first, int count) =>
        collection.UpsertAsync([.. Enumerable.Range(first, count).Select(row => new Point((ulong)row, vectors[row]))]);

    private static async Task<double> RecallAsync(Collection collection, float[][] vectors, HashSet<int> alive, Metric metric)
    {
        var config = new VectorConfig(Dimension, metric);
        double recall = 0;
        float[][] queries = vectors[..80];
        foreach (float[] query in queries)
        {
            var nearest = TestVectors.Nearest(vectors, config, query, 10, row => alive.Contains((int)row));
            var found = await collection.SearchAsync(new SearchRequest { Vector = query });
            recall += found.Count(point => nearest.Any(near => near.Offset == point.Id.Integer)) / 10.0;
        }

        return recall / queries.Length;
    }
}
