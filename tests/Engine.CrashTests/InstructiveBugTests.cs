using VectorStore.Engine.CrashTests.Planting;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests;

/// <summary>Bugs that other vector databases have had, as tests. docs/reliability.md lists all fifteen; these are the ones that no other suite asserts by itself.</summary>
public sealed class InstructiveBugTests
{
    private const string Name = "points";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>qdrant #9146, #9463, #9536: merging removed its sources before what replaces them was durable.</summary>
    [Fact]
    public async Task Merge_CrashedAtEachOfItsCalls_LeavesTheSourcesOrTheMerged()
    {
        for (int call = 1; ; call++)
        {
            var disk = new SimulatedFileSystem(call);
            var database = await VectorDatabase.OpenAsync("/data", Options(disk));
            var collection = await database.CreateCollectionAsync(Name, Config());
            for (int segment = 0; segment < 3; segment++)
            {
                await UpsertAsync(collection, first: segment * 8, count: 10, version: segment);
                await collection.SealAsync();
            }

            await collection.DeleteAsync([1UL, 9UL]);
            var expected = await ReadAsync(collection);
            disk.CrashAtCall(disk.MutatingCalls + call);
            var problem = await Record.ExceptionAsync(() => collection.OptimizeAsync());
            bool isDone = problem is null && !disk.HasCrashed;
            disk = disk.Crash(call);
            await Record.ExceptionAsync(() => database.DisposeAsync().AsTask());
            await using var again = await VectorDatabase.OpenAsync("/data", Options(disk));
            Assert.Equal(expected, await ReadAsync(again.GetCollection(Name)));
            if (isDone)
                return;

            Assert.True(call < 200, "merging has no end");
        }
    }

    /// <summary>qdrant #9575, #9678: what was replayed was not what had been applied, and deleted points came back.</summary>
    [Fact]
    public async Task Replay_OnceTwiceAndBehindASnapshot_GivesTheSameState()
    {
        var disk = new SimulatedFileSystem(4);
        var database = await VectorDatabase.OpenAsync("/data", Options(disk));
        var collection = await database.CreateCollectionAsync(Name, Config());
        for (int version = 1; version <= 6; version++)
        {
            await UpsertAsync(collection, first: version * 2, count: 8, version);
            await collection.DeleteAsync([(ulong)version, (ulong)(version + 7)]);
            await collection.CreateSnapshotAsync($"s{version}");
            if (version == 3)
                await collection.SealAsync();
        }

        var expected = await ReadAsync(collection);
        for (int round = 0; round < 3; round++)
        {
            disk = disk.KillProcess(round);
            await Record.ExceptionAsync(() => database.DisposeAsync().AsTask());
            database = await VectorDatabase.OpenAsync("/data", Options(disk));
            Assert.Equal(expected, await ReadAsync(database.GetCollection(Name)));
            Assert.Equal(expected, await ReadAsync(await database.RestoreSnapshotAsync(Name, "s6", "copy", replace: true)));
        }

        await database.DisposeAsync();
    }

    /// <summary>qdrant #10026: a restore that had stalled finished after its retry, and wiped what was written since.</summary>
    [Fact]
    public async Task Restore_StalledAndGivenUp_DoesNotUndoItsRetryAndWhatWasWrittenSince()
    {
        var disk = new SimulatedFileSystem(6);
        var seam = new StallingFileSystem(disk);
        var database = await VectorDatabase.OpenAsync("/data", Options(seam));
        var collection = await database.CreateCollectionAsync(Name, Config());
        await UpsertAsync(collection, first: 0, count: 5, version: 1);
        await collection.CreateSnapshotAsync("stalled");
        await collection.CreateSnapshotAsync("retried");

        using var giveUp = new CancellationTokenSource();
        seam.StallNext(path => path.Contains($"/collections/.{Name}~", StringComparison.Ordinal));
        var stalled = database.RestoreSnapshotAsync(Name, "stalled", Name, replace: true, giveUp.Token);
        await seam.Stalled.WaitAsync(s_patience);

        var retried = await database.RestoreSnapshotAsync(Name, "retried", Name, replace: true).WaitAsync(s_patience);
        await UpsertAsync(retried, first: 100, count: 3, version: 2);
        var expected = await ReadAsync(retried);
        await giveUp.CancelAsync();
        seam.Release();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stalled.WaitAsync(s_patience));

        Assert.Equal(expected, await ReadAsync(database.GetCollection(Name)));
        await UpsertAsync(database.GetCollection(Name), first: 200, count: 1, version: 3);
        await database.DisposeAsync();
        await using var again = await VectorDatabase.OpenAsync("/data", Options(disk));
        Assert.Equal(expected.Count + 1, await again.GetCollection(Name).CountAsync());
    }

    /// <summary>qdrant #7624, #7702: the writer of a dropped collection went on in the files of the next one of its name.</summary>
    [Fact]
    public async Task Collection_DroppedWhileItIsSealedAndMadeAgain_HasNothingOfTheOldOne()
    {
        var disk = new SimulatedFileSystem(8);
        await using (var database = await VectorDatabase.OpenAsync("/data", Options(disk)))
        {
            for (int round = 0; round < 15; round++)
            {
                var collection = await database.CreateCollectionAsync(Name, Config());
                await UpsertAsync(collection, first: 0, count: 40, version: round);
                var sealing = collection.SealAsync();
                await database.DeleteCollectionAsync(Name).WaitAsync(s_patience);
                Assert.True(await Record.ExceptionAsync(() => sealing.WaitAsync(s_patience)) is null or VectorStoreException or OperationCanceledException);
            }

            var last = await database.CreateCollectionAsync(Name, Config());
            await UpsertAsync(last, first: 7, count: 1, version: 99);
        }

        await using var again = await VectorDatabase.OpenAsync("/data", Options(disk));
        Assert.Equal("[7 99] {\"version\":99}", Assert.Single(await ReadAsync(again.GetCollection(Name))).Value);
        Assert.Single(disk.AllFiles(), path => path.EndsWith("/CURRENT", StringComparison.Ordinal));
    }

    private static Task UpsertAsync(Collection collection, int first, int count, int version) =>
        collection.UpsertAsync([.. Enumerable.Range(first, count).Select(id => new Point((ulong)id, new float[] { id, version }, Payload.FromJson($$"""{"version":{{version}}}""")))]);

    private static async Task<SortedDictionary<PointId, string>> ReadAsync(Collection collection)
    {
        var found = new SortedDictionary<PointId, string>();
        await foreach (var point in collection.ScrollAsync(new ScrollRequest { WithVectors = true }))
            found.Add(point.Id, $"[{string.Join(' ', point.Vectors!["v"])}] {point.Payload}");

        return found;
    }

    private static CollectionConfig Config() => new()
    {
        Vectors = new Dictionary<string, VectorConfig>
        {
            ["v"] = new(2, Metric.Euclidean) { Hnsw = new HnswConfig { M = 4, EfConstruction = 8, FullScanThreshold = 6 } },
        },
    };

    private static DatabaseOptions Options(IFileSystem disk) => new()
    {
        FileSystem = disk,
        IndexThreads = 1,
        PayloadStore = PayloadStoreKind.Memory,
        RecallSampling = 0,
        WalFileBytes = 8 * 1024,
        WalIdleWatermark = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Holds one call up until it is let go.</summary>
    private sealed class StallingFileSystem(IFileSystem disk) : SeamFileSystem(disk)
    {
        private readonly TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _released = new();
        private Func<string, bool>? _stalls;

        public Task Stalled => _stalled.Task;

        public void StallNext(Func<string, bool> path) => Volatile.Write(ref _stalls, path);

        public void Release() => _released.Set();

        public override IFile CreateFile(string path)
        {
            if (Volatile.Read(ref _stalls) is { } stalls && stalls(path) && Interlocked.Exchange(ref _stalls, null) is not null)
            {
                _stalled.SetResult();
                Assert.True(_released.Wait(s_patience), "nobody let the stalled call go");
            }

            return base.CreateFile(path);
        }
    }
}
