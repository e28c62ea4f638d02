using VectorStore.Engine.Simulation;
using VectorStore.Engine.Tests.Segments;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>Other codes beside a graph that stays: the same files as of a build from the beginning, the same points before and after, and no file that is not sound.</summary>
public sealed class RecodeTests
{
    private const int Wide = 48;
    private const int CrossDevice = 18;

    private readonly SimulatedFileSystem _disk = new(1);
    private readonly List<string> _log = [];

    /// <summary>
    /// Each change comes to the files, byte by byte, of a collection that was configured so before anything was sealed: graphs are built by codes of their own, whatever codes are searched by. So a graph that is kept finds what a new one finds.
    /// </summary>
    [Fact]
    public async Task Files_AfterEachChangeOfCodes_AreThoseOfABuildFromTheBeginning_AndGraphsAreNotWritten()
    {
        VectorConfigChange[] changes =
        [
            new() { Quantization = QuantizationKind.Rotated, Bits = 4 },
            new() { Quantization = QuantizationKind.None },
            new() { Quantization = QuantizationKind.Float16 },
            new() { Quantization = QuantizationKind.Binary },
            new() { Quantization = QuantizationKind.Projected },
            new() { Profile = IndexProfile.Turbo },
            new() { Quantization = QuantizationKind.Product, Compression = 8, Profile = IndexProfile.Compact },
            new() { Quantization = QuantizationKind.Int8 },
            new() { Quantile = 0.95 },
            new() { Quantization = QuantizationKind.Rotated, Bits = 1, Codes = Placement.Disk, Graph = Placement.Disk },
            new() { Quantization = QuantizationKind.Auto, Quantile = 0.999, Codes = Placement.Memory, Graph = Placement.Memory },
        ];
        await using var database = await OpenAsync(_disk);
        var collection = await FillWideAsync(database, "points", new VectorConfig(Wide, Metric.Cosine) { Hnsw = Hnsw() });
        collection.PauseOptimizer();
        _disk.RecordsTrace = true;
        foreach (var change in changes)
        {
            await collection.UpdateConfigAsync(CollectionConfigChange.OfVector("a", change));
            Assert.Single(collection.GetOptimizerStatus().WaitingToRebuild);
            await collection.OptimizeAsync();
            Assert.Empty(collection.GetOptimizerStatus().WaitingToRebuild);

            var otherDisk = new SimulatedFileSystem(2);
            await using var other = await OpenAsync(otherDisk);
            await FillWideAsync(other, "points", collection.Config.Vectors["a"]);
            var expected = NewestSegment(otherDisk);
            var found = NewestSegment(_disk);
            Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
            Assert.All(expected, file => Assert.True(file.Value.AsSpan().SequenceEqual(found[file.Key]), $"{change}: {file.Key} is another"));
        }

        Assert.All(["graph-", "order-", "vectors-", "codes-01", "points.", "payloads."], kept => Assert.DoesNotContain(
            _disk.Trace, call => call.Kind == FileCallKind.Write && call.Path.Contains($"/{kept}", StringComparison.Ordinal)));
        Assert.Empty((await collection.VerifyAsync()).Problems);
    }

    /// <summary>With deletions and changed payloads in files beside the segment, in the log only, and while it is recoded; with and without hard links.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rows_DeletionsAndChangedPayloads_AreThoseFromBefore(bool hasLinks)
    {
        if (!hasLinks)
            _disk.FailWhen(call => call.Kind == FileCallKind.Link && call.Path.Contains("/segments/", StringComparison.Ordinal), CrossDevice, FaultMode.Persistent);

        var random = new Random(3);
        var model = new CollectionModel();
        var options = Options(_disk);
        await using (var database = await VectorDatabase.OpenAsync("/data", options))
        {
            var collection = await FillAsync(database, model, random);
            await ChangeAsync(collection, model, random, first: 0);
            await collection.SealAsync();
            await ChangeAsync(collection, model, random, first: 20);
            Assert.Contains(_disk.AllFiles(), path => path.Contains("/segments/00000001/deletes-", StringComparison.Ordinal));
            Assert.Contains(_disk.AllFiles(), path => path.Contains("/segments/00000001/changes-", StringComparison.Ordinal));

            long rows = collection.GetInfo().RowsDead;
            collection.PauseOptimizer();
            await collection.UpdateConfigAsync(CollectionConfigChange.OfVector("v", new VectorConfigChange { Quantization = QuantizationKind.Rotated, Bits = 8 }));
            var optimizing = collection.OptimizeAsync();
            await ChangeAsync(collection, model, random, first: 40);
            await optimizing;
            Assert.Contains(_log, line => line.Contains("was given other codes", StringComparison.Ordinal));
            Assert.True(collection.GetInfo().RowsDead >= rows, "rows are gone, and the graph was kept?");
            Assert.Equal(QuantizationKind.Rotated, (await collection.ExplainAsync(new SearchRequest { Vector = TestData.Vector(random) })).Segments[0].Quantization);
            await model.AssertSameAsync(collection, random, "after");
            Assert.Empty((await collection.VerifyAsync()).Problems);

            // Files of the old segment go once no kept manifest names them; the new one needs none of them.
            for (int seal = 0; seal < 3; seal++)
            {
                await collection.UpsertAsync([new Point(7_000UL + (ulong)seal, TestData.Vector(random))]);
                await collection.DeleteAsync([7_000UL + (ulong)seal]);
                await collection.SealAsync();
            }

            Assert.DoesNotContain(_disk.AllFiles(), path => path.Contains("/segments/00000001/", StringComparison.Ordinal));
            Assert.Empty((await collection.VerifyAsync()).Problems);
            await ChangeAsync(collection, model, random, first: 60);
        }

        var after = _disk.Crash(4);
        await using var again = await VectorDatabase.OpenAsync("/data", Options(after));
        await model.AssertSameAsync(again.GetCollection("points"), random, "after a power cut");
        Assert.Empty(again.GetCollection("points").GetOptimizerStatus().WaitingToRebuild);
        Assert.Empty((await again.GetCollection("points").VerifyAsync()).Problems);
    }

    /// <summary>A snapshot that has begun to be made of the old segment, and one from before, are whole whatever becomes of it.</summary>
    [Fact]
    public async Task Snapshot_FromBefore_IsWholeAfterwards()
    {
        var random = new Random(5);
        var model = new CollectionModel();
        await using var database = await VectorDatabase.OpenAsync("/data", Options(_disk));
        var collection = await FillAsync(database, model, random);
        await collection.CreateSnapshotAsync("before");
        await collection.UpdateConfigAsync(CollectionConfigChange.OfVector("v", new VectorConfigChange { Quantization = QuantizationKind.Int8 }));
        await collection.OptimizeAsync();
        await collection.CreateSnapshotAsync("after");
        await database.VerifySnapshotAsync("points", "before");
        await database.VerifySnapshotAsync("points", "after");
        await model.AssertSameAsync(await database.RestoreSnapshotAsync("points", "before", "old"), random, "from before");
        var restored = await database.RestoreSnapshotAsync("points", "after", "new");
        await model.AssertSameAsync(restored, random, "from after");
        Assert.Equal(QuantizationKind.Int8, restored.Config.Vectors["v"].Quantization.Kind);
    }

    private static HnswConfig Hnsw() => new() { FullScanThreshold = 50, EfConstruction = 60 };

    private DatabaseOptions Options(SimulatedFileSystem disk) => TestData.QuietOptions() with
    {
        FileSystem = disk,
        RebuildsByItself = false,
        RecallSampling = 0,
        MergeUpToBytes = 1,
        Log = Add,
    };

    private void Add(string line)
    {
        lock (_log)
            _log.Add(line);
    }

    private Task<VectorDatabase> OpenAsync(SimulatedFileSystem disk) => VectorDatabase.OpenAsync("/data", Options(disk));

    /// <summary>One segment with two vectors, the first of which some points do not have.</summary>
    private static async Task<Collection> FillWideAsync(VectorDatabase database, string name, VectorConfig config)
    {
        const int Rows = 260;
        var random = new Random(6);
        var vectors = TestVectors.Clustered(Rows, Wide, seed: 7);
        var collection = await database.CreateCollectionAsync(name, new CollectionConfig
        {
            Vectors = new Dictionary<string, VectorConfig> { ["a"] = config, ["b"] = new(TestData.Dimension, Metric.Euclidean) { Hnsw = Hnsw() } },
        });
        await collection.UpsertAsync([.. vectors.Select((vector, id) => new Point(
            (ulong)id,
            id % 9 == 0 ? new Dictionary<string, ReadOnlyMemory<float>> { ["b"] = TestData.Vector(random) } : new Dictionary<string, ReadOnlyMemory<float>> { ["a"] = vector, ["b"] = TestData.Vector(random) },
            TestData.Payload(id % 10, id)))]);
        await collection.SealAsync();
        return collection;
    }

    private static async Task<Collection> FillAsync(VectorDatabase database, CollectionModel model, Random random)
    {
        var collection = await database.CreateCollectionAsync("points", TestData.Config(fullScanThreshold: 50));
        var points = Enumerable.Range(0, 400).Select(id => new Point((ulong)id, TestData.Vector(random), TestData.Payload(id % 10, id))).ToList();
        await collection.UpsertAsync(points);
        points.ForEach(point => model.Upsert(point.Id, point.Vectors[""].ToArray(), point.Payload));
        await collection.SealAsync();
        return collection;
    }

    /// <summary>Deletes, replaces and changes a few points.</summary>
    private static async Task ChangeAsync(Collection collection, CollectionModel model, Random random, int first)
    {
        for (int id = first; id < first + 18; id += 3)
        {
            await collection.DeleteAsync([(ulong)id]);
            model.Points.Remove((ulong)id);

            var point = new Point((ulong)(id + 1), TestData.Vector(random), TestData.Payload(3, id));
            await collection.UpsertAsync([point]);
            model.Upsert(point.Id, point.Vectors[""].ToArray(), point.Payload);

            string json = $$"""{"changed":{{id}}}""";
            await collection.UpdatePayloadAsync([(ulong)(id + 2)], PayloadChange.Set(Payload.FromJson(json)));
            model.ChangePayloads([(ulong)(id + 2)], PayloadChangeKind.Set, json, []);
        }
    }

    private static Dictionary<string, byte[]> NewestSegment(SimulatedFileSystem disk)
    {
        var files = disk.AllFiles().Where(path => path.Contains("/segments/", StringComparison.Ordinal)).GroupBy(path => path[..path.LastIndexOf('/')]).OrderBy(group => group.Key, StringComparer.Ordinal).Last();
        return files.ToDictionary(path => path[(path.LastIndexOf('/') + 1)..], disk.LiveBytes);
    }
}
