using VectorStore.Engine.Simulation;
using VectorStore.Engine.Tests.Segments;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>Segments that are rebuilt because the configuration has changed: the same points before, meanwhile and after, and after a crash at any moment.</summary>
public sealed class RebuildTests : IDisposable
{
    private const int WideDimension = 32;
    private const int WideRows = 2_500;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);
    private static readonly VectorConfigChange s_rotated = new() { Quantization = QuantizationKind.Rotated, Bits = 4 };

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rebuild_WhilePointsAreWritten_HasTheSamePoints_AndTheNewEncodingFindsThem(bool keepsGraphs)
    {
        var random = new Random(1);
        var model = new CollectionModel();
        var options = TestData.QuietOptions(PayloadStoreKind.Faster) with { OptimizerCpuShare = 0.05 };
        await using (var database = await VectorDatabase.OpenAsync(_directory.Path, options))
        {
            var collection = await FillAsync(database, model, random, segments: 3, rows: 400);
            await model.AssertSameAsync(collection, random, "before");
            await collection.UpdateConfigAsync(Change(keepsGraphs ? s_rotated : s_rotated with { M = 8, EfConstruction = 60 }));

            int seen = 0;
            for (int round = 0; round < 120 && IsRebuilding(collection); round++)
            {
                if (collection.GetOptimizerStatus().Current is { Kind: OptimizerJobKind.Rebuild })
                    seen++;

                await WriteAsync(collection, model, random);
                if (round % 20 == 0)
                    await model.AssertSameAsync(collection, random, $"in round {round}");
            }

            await UntilAsync(collection, _ => !IsRebuilding(collection));
            Assert.True(seen > 0, "nothing was written while a segment was rebuilt");
            Assert.Null(collection.GetOptimizerStatus().LastProblem);
            await model.AssertSameAsync(collection, random, "after");
            await AssertRebuiltAsync(collection, sealedSegments: 3, "rotated");
            Assert.InRange(await RecallAsync(collection, model, random), 0.97, 1);
        }

        await using (var database = await VectorDatabase.OpenAsync(_directory.Path, options))
        {
            var collection = database.GetCollection("points");
            Assert.False(IsRebuilding(collection));
            Assert.Null(collection.GetOptimizerStatus().LastFinished);
            await model.AssertSameAsync(collection, random, "after reopening");
            await AssertRebuiltAsync(collection, sealedSegments: 3, "rotated");
            Assert.Empty((await collection.VerifyAsync()).Problems);
        }
    }

    [Fact]
    public async Task Rebuild_InterruptedByClosing_GoesOnByItselfAfterOpening()
    {
        var random = new Random(2);
        var model = new CollectionModel();
        await using (var database = await VectorDatabase.OpenAsync(_directory.Path, TestData.QuietOptions()))
        {
            var collection = await FillAsync(database, model, random, segments: 3, rows: 300);
            collection.PauseOptimizer();
            await collection.UpdateConfigAsync(Change(s_rotated));
            Assert.Equal(3, collection.GetOptimizerStatus().WaitingToRebuild.Count);
            await model.AssertSameAsync(collection, random, "while all wait");
        }

        await using (var database = await VectorDatabase.OpenAsync(_directory.Path, TestData.QuietOptions()))
        {
            var collection = database.GetCollection("points");
            await UntilAsync(collection, _ => !IsRebuilding(collection));
            await model.AssertSameAsync(collection, random, "after reopening");
            await AssertRebuiltAsync(collection, sealedSegments: 3, "rotated");
            Assert.Equal((QuantizationKind.Rotated, 4), (collection.Config.Vectors["v"].Quantization.Kind, collection.Config.Vectors["v"].Quantization.Bits));
        }
    }

    [Fact]
    public async Task Optimize_WhilePaused_RebuildsAll()
    {
        var random = new Random(3);
        var model = new CollectionModel();
        var options = TestData.QuietOptions() with { MergeUpToBytes = 1 };
        await using var database = await VectorDatabase.OpenAsync(_directory.Path, options);
        var collection = await FillAsync(database, model, random, segments: 2, rows: 300);
        collection.PauseOptimizer();
        await collection.UpdateConfigAsync(Change(s_rotated));
        await collection.OptimizeAsync();
        Assert.Empty(collection.GetOptimizerStatus().WaitingToRebuild);
        await AssertRebuiltAsync(collection, sealedSegments: 2, "rotated");
        await model.AssertSameAsync(collection, random, "after");
    }

    public static TheoryData<string, VectorConfigChange, bool> Changes => new()
    {
        { "dimensions too few to leave any out", new() { Quantization = QuantizationKind.Projected }, true },
        { "a profile that needs projected codes", new() { Quantization = QuantizationKind.Int8, Profile = IndexProfile.Turbo }, true },
        { "a profile of codes that others are", new() { Profile = IndexProfile.Turbo }, false },
        { "no graph any more", new() { FullScanThreshold = 10_000 }, true },
        { "bits that the encoding ignores", new() { Bits = 2, Compression = 64 }, false },
        { "turbo", new() { Quantization = QuantizationKind.Projected, Profile = IndexProfile.Turbo }, true },
        { "wider building", new() { EfConstruction = 300 }, true },
        { "another quantile", new() { Quantization = QuantizationKind.Int8, Quantile = 0.95 }, true },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Rebuild_OfASegment_HappensOnceAtMost(string what, VectorConfigChange change, bool isRebuilt)
    {
        var random = new Random(4);
        var model = new CollectionModel();
        await using (var database = await VectorDatabase.OpenAsync(_directory.Path, TestData.QuietOptions()))
        {
            var collection = await FillAsync(database, model, random, segments: 1, rows: 300);
            collection.PauseOptimizer();
            await collection.UpdateConfigAsync(Change(change));
            Assert.True(isRebuilt == (collection.GetOptimizerStatus().WaitingToRebuild.Count == 1), what);
            await collection.OptimizeAsync();
            Assert.Empty(collection.GetOptimizerStatus().WaitingToRebuild);
            await model.AssertSameAsync(collection, random, what);
        }

        await using (var database = await VectorDatabase.OpenAsync(_directory.Path, TestData.QuietOptions()))
        {
            var collection = database.GetCollection("points");
            Assert.Empty(collection.GetOptimizerStatus().WaitingToRebuild);
            await collection.OptimizeAsync();
            Assert.Null(collection.GetOptimizerStatus().LastFinished);
            await model.AssertSameAsync(collection, random, $"{what}, after reopening");
        }
    }

    [Fact]
    public async Task Rebuild_AfterTheThresholdIsLowered_GivesAGraph()
    {
        var random = new Random(5);
        var model = new CollectionModel();
        await using var database = await VectorDatabase.OpenAsync(_directory.Path, TestData.QuietOptions());
        var collection = await FillAsync(database, model, random, segments: 1, rows: 300, fullScanThreshold: 1_000);
        Assert.Equal(SearchPath.Scan, (await ExplainAsync(collection))[0].Path);

        // Neither codes nor a graph are there to be others.
        await collection.UpdateConfigAsync(Change(s_rotated with { M = 8 }));
        Assert.Empty(collection.GetOptimizerStatus().WaitingToRebuild);
        await collection.UpdateConfigAsync(Change(new VectorConfigChange { FullScanThreshold = 100 }));
        await UntilAsync(collection, _ => !IsRebuilding(collection));
        Assert.Equal((SearchPath.Graph, QuantizationKind.Rotated), ((await ExplainAsync(collection))[0].Path, (await ExplainAsync(collection))[0].Quantization));
        await model.AssertSameAsync(collection, random, "after");
    }

    [Fact]
    public async Task Placement_OfParts_ChangesWithoutWritingASegment()
    {
        var disk = new SimulatedFileSystem();
        var random = new Random(6);
        var model = new CollectionModel();
        var options = TestData.QuietOptions() with { FileSystem = disk };
        await using (var database = await VectorDatabase.OpenAsync("/data", options))
        {
            var collection = await FillAsync(database, model, random, segments: 2, rows: 300);
            string[] files = SegmentFiles(disk);
            long onDisk = collection.GetInfo().MemoryBytes;
            await collection.UpdateConfigAsync(Change(new VectorConfigChange { Originals = Placement.Memory }));
            await UntilAsync(collection, _ => !IsRebuilding(collection));
            long inMemory = collection.GetInfo().MemoryBytes;
            Assert.True(inMemory >= onDisk + (600 * TestData.Dimension * sizeof(float)), $"{onDisk} bytes of memory before, {inMemory} after");
            Assert.Equal(files, SegmentFiles(disk));

            // What is written afterwards reaches the segments that were opened again.
            for (int round = 0; round < 50; round++)
                await WriteAsync(collection, model, random);

            long before = collection.GetInfo().MemoryBytes;
            await collection.UpdateConfigAsync(Change(new VectorConfigChange { Codes = Placement.Disk, Graph = Placement.Disk, Originals = Placement.Disk }));
            await UntilAsync(collection, _ => !IsRebuilding(collection));
            Assert.True(collection.GetInfo().MemoryBytes < before, "nothing was given back");
            await model.AssertSameAsync(collection, random, "after both");
            await collection.SealAsync();
        }

        await using (var database = await VectorDatabase.OpenAsync("/data", options))
        {
            Assert.False(IsRebuilding(database.GetCollection("points")));
            await model.AssertSameAsync(database.GetCollection("points"), random, "after reopening");
        }
    }

    [Fact]
    public async Task LaterChange_BackToWhatWas_StopsTheRebuild_AndNothingIsLeftToDo()
    {
        await using var database = await OpenSlowAsync();
        var collection = await CreateWideAsync(database);
        await collection.SealAsync();
        var before = collection.GetOptimizerStatus().LastFinished;
        await collection.UpdateConfigAsync(Change(new VectorConfigChange { M = 24 }));
        await UntilAsync(collection, status => status.Current is { Kind: OptimizerJobKind.Rebuild, ShareDone: > 0.06 });
        Assert.Empty(collection.GetOptimizerStatus().WaitingToRebuild);

        // Effort is none of its business.
        var started = collection.GetOptimizerStatus().Current!.Started;
        await collection.UpdateConfigAsync(Change(new VectorConfigChange { EfSearch = 64 }));
        Assert.Equal(started, collection.GetOptimizerStatus().Current?.Started);

        await collection.UpdateConfigAsync(Change(new VectorConfigChange { M = 16 }));
        await UntilAsync(collection, status => status.Current is null, TimeSpan.FromSeconds(20));
        Assert.Equal(before, collection.GetOptimizerStatus().LastFinished);
        Assert.False(IsRebuilding(collection));
        Assert.Equal(WideRows, await collection.CountAsync());
    }

    [Fact]
    public async Task Update_WhileASegmentIsSealed_DoesNotWaitForIt_AndRebuildsWhatCameOfIt()
    {
        await using var database = await OpenSlowAsync();
        var collection = await CreateWideAsync(database);
        await UntilAsync(collection, status => status.Current is { Kind: OptimizerJobKind.Seal, ShareDone: > 0.02 });
        await collection.UpdateConfigAsync(Change(s_rotated with { M = 4, EfConstruction = 10 }));
        Assert.Null(collection.GetOptimizerStatus().LastFinished);

        await collection.SealAsync().WaitAsync(s_patience);
        Assert.Equal(QuantizationKind.Rotated, collection.Config.Vectors["v"].Quantization.Kind);
        await collection.OptimizeAsync().WaitAsync(s_patience);
        await UntilAsync(collection, _ => !IsRebuilding(collection));
        Assert.Equal(QuantizationKind.Rotated, (await ExplainAsync(collection, WideDimension))[0].Quantization);
        Assert.Equal(WideRows, await collection.CountAsync());
    }

    [Fact]
    public async Task Failure_OfARebuild_LeavesTheOldSegmentAndNoFiles_AndIsMadeUpFor()
    {
        var disk = new SimulatedFileSystem(1);
        var random = new Random(7);
        var model = new CollectionModel();
        await using var database = await VectorDatabase.OpenAsync("/data", TestData.QuietOptions() with { FileSystem = disk });
        var collection = await FillAsync(database, model, random, segments: 1, rows: 300);
        string[] files = SegmentFiles(disk);
        disk.FailWhen(call => call.Kind == FileCallKind.Write && call.Path.Contains("/segments/", StringComparison.Ordinal), StorageException.ErrnoNoSpace);
        await collection.UpdateConfigAsync(Change(s_rotated));
        await UntilAsync(collection, status => status.LastProblem is not null && status.Current is null);
        Assert.Equal(OptimizerJobKind.Rebuild, collection.GetOptimizerStatus().LastProblem!.Kind);
        Assert.Single(collection.GetOptimizerStatus().WaitingToRebuild);
        Assert.Equal(files, SegmentFiles(disk));
        await model.AssertSameAsync(collection, random, "after the failure");

        disk.ClearFaults();
        await collection.OptimizeAsync();
        Assert.Empty(collection.GetOptimizerStatus().WaitingToRebuild);
        await AssertRebuiltAsync(collection, sealedSegments: 1, "rotated");
        await model.AssertSameAsync(collection, random, "after the second try");
    }

    [Fact]
    public async Task Crash_AtAnyCallOfAChangeAndItsRebuild_LeavesOldOrNewSegments_AndTheRestGoesOn()
    {
        int calls = await LifeAsync(new SimulatedFileSystem(1), new CollectionModel(), crashAt: null, keepsGraphs: true);
        for (int call = 1, step = 0; call <= calls; call += 5 + (step++ % 7))
        {
            var model = new CollectionModel();
            var disk = new SimulatedFileSystem(call);
            bool keepsGraphs = step % 2 == 0;
            await LifeAsync(disk, model, call, keepsGraphs);
            disk = disk.Crash(call);
            string when = $"power lost at call {call} of {calls}";
            await using var database = await VectorDatabase.OpenAsync("/data", CrashOptions(disk));
            var collection = database.GetCollection("points");
            var random = new Random(call);
            await model.AssertSameAsync(collection, random, when);
            await collection.UpdateConfigAsync(Change(keepsGraphs ? s_rotated : s_rotated with { M = 8 }));
            await collection.OptimizeAsync();
            await model.AssertSameAsync(collection, random, $"{when}, and rebuilt");
            await AssertRebuiltAsync(collection, sealedSegments: 2, "rotated");
        }
    }

    /// <summary>Two segments with changes and deletions behind them, a change of the configuration, and the rebuilding of both, which ends at a call.</summary>
    private static async Task<int> LifeAsync(SimulatedFileSystem disk, CollectionModel model, int? crashAt, bool keepsGraphs)
    {
        var random = new Random(8);
        var database = await VectorDatabase.OpenAsync("/data", CrashOptions(disk));
        int before = 0;
        try
        {
            var collection = await FillAsync(database, model, random, segments: 2, rows: 40, fullScanThreshold: 20);
            await ChangeSealedAsync(collection, model);
            for (int round = 0; round < 6; round++)
                await WriteAsync(collection, model, random);

            before = disk.MutatingCalls;
            if (crashAt is { } call)
                disk.CrashAtCall(before + call);

            await collection.UpdateConfigAsync(Change(keepsGraphs ? s_rotated : s_rotated with { M = 8 }));
            await collection.OptimizeAsync();
        }
        catch (Exception problem) when (disk.HasCrashed && problem is SimulatedCrashException or VectorStoreException)
        {
        }

        int calls = disk.MutatingCalls - before;
        try
        {
            await database.DisposeAsync();
        }
        catch (Exception problem) when (disk.HasCrashed && problem is SimulatedCrashException or VectorStoreException)
        {
        }

        return calls;
    }

    private static DatabaseOptions CrashOptions(SimulatedFileSystem disk) => TestData.QuietOptions() with
    {
        FileSystem = disk,
        MergeUpToBytes = 1,
        RebuildsByItself = false,
        RecallSampling = 0,
    };

    private static CollectionConfigChange Change(VectorConfigChange change) => CollectionConfigChange.OfVector("v", change);

    private static bool IsRebuilding(Collection collection) =>
        collection.GetOptimizerStatus() is var status && (status.WaitingToRebuild.Count > 0 || status.Current is { Kind: OptimizerJobKind.Rebuild });

    private static string[] SegmentFiles(SimulatedFileSystem disk) =>
        [.. disk.AllFiles().Where(path => path.Contains("/segments/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static async Task<Collection> FillAsync(VectorDatabase database, CollectionModel model, Random random, int segments, int rows, int fullScanThreshold = 100)
    {
        var collection = await database.CreateCollectionAsync("points", TestData.Config(fullScanThreshold: fullScanThreshold));
        for (int segment = 0; segment < segments; segment++)
        {
            var points = Enumerable.Range(segment * rows, rows).Select(id => new Point((ulong)id, TestData.Vector(random), TestData.Payload(id % 10, id))).ToList();
            await collection.UpsertAsync(points);
            points.ForEach(point => model.Upsert(point.Id, point.Vectors[""].ToArray(), point.Payload));
            await collection.SealAsync();
        }

        return collection;
    }

    /// <summary>One upsert of new and old points, one deletion, one change of payloads; most of it in sealed segments.</summary>
    private static async Task WriteAsync(Collection collection, CollectionModel model, Random random)
    {
        int count = model.Points.Count;
        var points = Enumerable.Range(0, 2).Select(index => new Point(index == 0 ? (ulong)random.Next(count) : (ulong)(100_000 + random.Next(100_000)), TestData.Vector(random), TestData.Payload(random.Next(10), -1))).ToList();
        await collection.UpsertAsync(points);
        points.ForEach(point => model.Upsert(point.Id, point.Vectors[""].ToArray(), point.Payload));

        PointId deleted = (ulong)random.Next(count);
        await collection.DeleteAsync([deleted]);
        model.Points.Remove(deleted);

        var changed = Enumerable.Range(0, 3).Select(_ => new PointId((ulong)random.Next(count))).Distinct().ToList();
        string json = $$"""{"changed":{{random.Next()}}}""";
        await collection.UpdatePayloadAsync(changed, PayloadChange.Set(Payload.FromJson(json)));
        model.ChangePayloads(changed, PayloadChangeKind.Set, json, []);
    }

    /// <summary>Deletions and changes of payloads that lie in files beside the segments.</summary>
    private static async Task ChangeSealedAsync(Collection collection, CollectionModel model)
    {
        await collection.DeleteAsync([5UL, 50UL]);
        model.Points.Remove(5UL);
        model.Points.Remove(50UL);
        await collection.UpdatePayloadAsync([7UL, 60UL], PayloadChange.Overwrite(Payload.FromJson("""{"changed":1}""")));
        model.ChangePayloads([7UL, 60UL], PayloadChangeKind.Overwrite, """{"changed":1}""", []);
        await collection.SealAsync();
    }

    private static async Task<IReadOnlyList<SegmentExplanation>> ExplainAsync(Collection collection, int dimension = TestData.Dimension) =>
        (await collection.ExplainAsync(new SearchRequest { Vector = new float[dimension], Limit = 5 })).Segments;

    private static async Task AssertRebuiltAsync(Collection collection, int sealedSegments, string encoding)
    {
        var segments = (await ExplainAsync(collection)).Where(segment => segment.Sealed).ToList();
        Assert.True(segments.Count >= sealedSegments, $"expected at least {sealedSegments} sealed segments, got {segments.Count}");
        Assert.All(segments, segment => Assert.StartsWith(encoding, segment.Encoding, StringComparison.Ordinal));
    }

    private static async Task<double> RecallAsync(Collection collection, CollectionModel model, Random random)
    {
        double found = 0;
        for (int query = 0; query < 50; query++)
        {
            float[] vector = TestData.Vector(random);
            var nearest = model.Points.OrderBy(point => point.Value.Vector.Zip(vector, (a, b) => (a - b) * (a - b)).Sum()).Take(10).Select(point => point.Key).ToHashSet();
            found += (await collection.SearchAsync(new SearchRequest { Vector = vector, Limit = 10 })).Count(point => nearest.Contains(point.Id));
        }

        return found / 500;
    }

    private Task<VectorDatabase> OpenSlowAsync() => VectorDatabase.OpenAsync(
        _directory.Path,
        TestData.QuietOptions() with { SealAtBytes = WideRows * ((WideDimension * sizeof(float)) + 32L), OptimizerCpuShare = 0.05, WalFileBytes = 16 << 20 });

    private static async Task<Collection> CreateWideAsync(VectorDatabase database)
    {
        var collection = await database.CreateCollectionAsync("wide", CollectionConfig.WithVector("v", WideDimension, Metric.Euclidean));
        var points = TestVectors.Clustered(WideRows, WideDimension, seed: 3).Select((vector, id) => new Point((ulong)id, vector));
        foreach (var batch in points.Chunk(2_000))
            await collection.UpsertAsync(batch);

        return collection;
    }

    private static async Task UntilAsync(Collection collection, Func<OptimizerStatus, bool> reached, TimeSpan? patience = null)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!reached(collection.GetOptimizerStatus()))
        {
            Assert.True(clock.Elapsed < (patience ?? s_patience), $"waited in vain: {collection.GetOptimizerStatus()}");
            await Task.Delay(5);
        }
    }
}
