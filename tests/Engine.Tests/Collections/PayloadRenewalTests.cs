using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>The space of payloads that were changed or deleted comes back while everything goes on, and nobody sees a wrong payload or none.</summary>
public sealed class PayloadRenewalTests
{
    private const string Name = "points";
    private const int Points = 120;
    private const int PayloadBytes = 4_000;
    private const long Live = (long)Points * PayloadBytes;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task ConstantUpdates_OfAnOpenCollection_TakeABoundedSpace()
    {
        const int Rounds = 30;
        var disk = new SimulatedFileSystem(1);
        await using (var database = await OpenAsync(disk, worthRenewing: 1 << 19))
        {
            var collection = await FilledAsync(database);
            for (int version = 1; version <= Rounds; version++)
            {
                await ChangeAllAsync(collection, version);

                // Twice the live bytes until it is due, and what FASTER's pages round up.
                await UntilAsync(() => PayloadBytesOnDisk(disk) < 3 * Live, $"round {version}: {PayloadBytesOnDisk(disk)} bytes on disk, {Live} alive");
            }

            await UntilAsync(() => collection.GetOptimizerStatus() is { State: OptimizerState.Idle }, "the optimizer does not come to rest");
            var status = collection.GetOptimizerStatus();
            Assert.Null(status.LastProblem);
            Assert.Equal((OptimizerJobKind.Renew, Points), (status.LastFinished!.Kind, status.LastFinished.Rows));
            Assert.Empty(status.LastFinished.Segments);
            await CheckAsync(collection, _ => Rounds);
            Assert.Empty((await collection.VerifyAsync()).Problems);
        }

        await using var again = await OpenAsync(disk);
        await CheckAsync(again.GetCollection(Name), _ => Rounds);
        Assert.True(PayloadBytesOnDisk(disk) < 3 * Live, $"{PayloadBytesOnDisk(disk)} bytes after reopening");
    }

    /// <summary>Not the payload store alone: log, segments, files of changed payloads and manifests stay bounded too, however often payloads change.</summary>
    [Fact]
    public async Task ConstantUpdates_OfAnOpenCollection_KeepTheWholeDirectoryBounded()
    {
        const int Rounds = 40;
        const long SealAtBytes = 256 * 1024;

        // Live payloads in the segment, in as many files of changes as three kept manifests name, and three times in the store; the log that is worth sealing, and a file of it.
        const long Bound = (10 * Live) + (6 * SealAtBytes);
        var disk = new SimulatedFileSystem(8);
        await using var database = await OpenAsync(disk, worthRenewing: 1 << 19, sealAt: SealAtBytes);
        var collection = await FilledAsync(database);
        for (int version = 1; version <= Rounds; version++)
        {
            await ChangeAllAsync(collection, version);
            await UntilAsync(() => disk.AllFiles().Sum(file => LengthOf(disk, file)) < Bound, $"round {version}: {disk.AllFiles().Sum(file => LengthOf(disk, file))} bytes on disk, {Live} alive");
        }

        Assert.True(Rounds * Live > 2 * Bound, "what was written would not have shown it");
        await CheckAsync(collection, _ => Rounds);
        Assert.Empty((await collection.VerifyAsync()).Problems);
    }

    [Fact]
    public async Task Deletions_GiveTheirSpaceBack_WhereOptimizingIsAskedFor_AndNotByThemselvesWhilePaused()
    {
        var disk = new SimulatedFileSystem(2);
        await using var database = await OpenAsync(disk, worthRenewing: Live / 2);
        var collection = await FilledAsync(database);
        collection.PauseOptimizer();
        await collection.DeleteAsync([.. Enumerable.Range(0, Points * 3 / 4).Select(id => (PointId)(ulong)id)]);
        await Task.Delay(200);
        Assert.NotEqual(OptimizerJobKind.Renew, collection.GetOptimizerStatus().LastFinished!.Kind);

        await collection.OptimizeAsync();
        Assert.Equal(OptimizerJobKind.Renew, collection.GetOptimizerStatus().LastFinished!.Kind);
        Assert.InRange(PayloadBytesOnDisk(disk), Live / 4, Live / 2);
        Assert.Equal(Points / 4, (await TestData.AllAsync(collection)).Count);
    }

    /// <summary>What only an older view shows is in the new store, too, whether it was replaced before the renewal or during it.</summary>
    [Fact]
    public async Task Renewal_UnderAWalkBegunBefore_KeepsWhatItShows()
    {
        var disk = new SimulatedFileSystem(3);
        await using var database = await OpenAsync(disk);
        var collection = await FilledAsync(database);
        var first = collection.ScrollAsync().GetAsyncEnumerator();
        Assert.True(await first.MoveNextAsync());
        await ChangeAllAsync(collection, 1);
        var second = collection.ScrollAsync().GetAsyncEnumerator();
        Assert.True(await second.MoveNextAsync());
        await ChangeAllAsync(collection, 2);
        await collection.DeleteAsync([3UL, 4UL]);
        await collection.RenewPayloadsAsync();
        await collection.RenewPayloadsAsync();
        await ChangeAllAsync(collection, 3);
        await FinishAsync(first, 0);
        await FinishAsync(second, 1);

        // Nobody shows them any more.
        await collection.RenewPayloadsAsync();
        Assert.True(PayloadBytesOnDisk(disk) < 1.2 * Live, $"{PayloadBytesOnDisk(disk)} bytes");

        static async Task FinishAsync(IAsyncEnumerator<RetrievedPoint> walk, int version)
        {
            int seen = 1;
            for (; await walk.MoveNextAsync(); seen++)
                Assert.Equal(PayloadOf(walk.Current.Id.Integer, version), walk.Current.Payload!.ToString());

            Assert.Equal(Points, seen);
            await walk.DisposeAsync();
        }
    }

    /// <summary>Four writers change, delete and write points again, readers get, scroll, filter and take snapshots, and the store is made anew all the while.</summary>
    [Fact]
    public async Task Renewals_WithWritersAndReaders_ShowNoWrongPayloadAndMissNone()
    {
        const int Writers = 4;
        const int Rounds = 6;
        var disk = new SimulatedFileSystem(4);
        var versions = new int[Points];
        int renewals = 0;
        await using (var database = await OpenAsync(disk))
        {
            var collection = await FilledAsync(database);
            using var done = new CancellationTokenSource();
            var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(collection, writer))).ToArray();
            var readers = Enumerable.Range(0, 2).Select(reader => Task.Run(() => ReadAsync(collection, reader, done.Token))).ToArray();
            var renewing = Task.Run(async () =>
            {
                for (; !done.IsCancellationRequested; renewals++)
                    await collection.RenewPayloadsAsync();
            });
            try
            {
                await Task.WhenAll(writers);
            }
            finally
            {
                await done.CancelAsync();
            }

            await Task.WhenAll([.. readers, renewing]);
            Assert.True(renewals > 2, $"{renewals} renewals");
            await collection.CreateSnapshotAsync("end");
            await CheckAsync(collection, id => versions[id]);
            await CheckAsync(await database.RestoreSnapshotAsync(Name, "end", "copy"), id => versions[id]);
        }

        disk = disk.Crash(1);
        var log = new ConcurrentQueue<string>();
        await using var again = await OpenAsync(disk, log: log);
        await CheckAsync(again.GetCollection(Name), id => versions[id]);
        Assert.DoesNotContain(log, line => line.Contains("rebuilt", StringComparison.Ordinal));
        Assert.Empty((await again.GetCollection(Name).VerifyAsync()).Problems);

        async Task WriteAsync(Collection collection, int writer)
        {
            var random = new Random(writer);
            for (int version = 1; version <= Rounds; version++)
            {
                for (int id = writer; id < Points; id += Writers)
                {
                    if (random.Next(4) == 0)
                        await collection.UpsertAsync([PointOf(id, version)]);
                    else
                        await ChangeAsync(collection, id, version);

                    Volatile.Write(ref versions[id], version);
                }
            }
        }

        async Task ReadAsync(Collection collection, int reader, CancellationToken cancellationToken)
        {
            var random = new Random(100 + reader);
            for (int round = 0; !cancellationToken.IsCancellationRequested; round++)
            {
                int id = random.Next(Points);
                int least = Volatile.Read(ref versions[id]);
                var point = Assert.Single(await collection.GetAsync([(ulong)id], cancellationToken: CancellationToken.None));
                AssertRight(point, least);
                if (round % 100 == 0)
                {
                    int[] before = [.. versions];
                    var all = await TestData.AllAsync(collection);
                    Assert.Equal(Points, all.Count);
                    Assert.All(all, found => AssertRight(found, before[found.Id.Integer]));
                }
            }
        }

        static void AssertRight(RetrievedPoint point, int least)
        {
            using var json = JsonDocument.Parse(point.Payload!.Utf8Json);
            int version = json.RootElement.GetProperty("version").GetInt32();
            Assert.Equal(PayloadOf(point.Id.Integer, version), point.Payload.ToString());
            Assert.True(version >= least, $"point {point.Id} has version {version}, {least} was answered before");
        }
    }

    /// <summary>Power and processes that go at any call of a renewal leave the old store or the new one, and only one.</summary>
    [Fact]
    public async Task Crash_AtEachCallOfARenewal_LeavesTheOldStoreOrTheNewOne_AndNoOther()
    {
        int recovered = 0;
        for (int call = 1; ; call++)
        {
            var disk = new SimulatedFileSystem(call);
            var database = await OpenAsync(disk);
            var collection = await FilledAsync(database, points: 12);
            if (call % 2 == 0)
                await collection.RenewPayloadsAsync();
            await collection.SealAsync();
            await ChangeAllAsync(collection, 1, points: 12);
            await collection.DeleteAsync([5UL]);
            disk.CrashAtCall(disk.MutatingCalls + call);
            await Record.ExceptionAsync(() => collection.RenewPayloadsAsync());
            bool isDone = !disk.HasCrashed;
            disk = call % 3 == 0 ? disk.KillProcess(call) : disk.Crash(call);
            await Record.ExceptionAsync(() => database.DisposeAsync().AsTask());

            var log = new ConcurrentQueue<string>();
            await using var again = await OpenAsync(disk, log: log);
            await CheckAsync(again.GetCollection(Name), _ => 1, points: 12, without: 5);
            Assert.Single(PayloadDirectories(disk));
            Assert.Empty((await again.GetCollection(Name).VerifyAsync()).Problems);
            recovered += log.Any(line => line.Contains("rebuilt", StringComparison.Ordinal)) ? 0 : 1;
            if (isDone)
            {
                // Each crash leaves one whole store, which is not made again at every start.
                Assert.Equal(call, recovered);
                return;
            }

            Assert.True(call < 200, "a renewal has no end");
        }
    }

    /// <summary>A call that fails leaves the old store serving, or the new one; only where nobody can know what the disk holds no writes are taken until it is reopened.</summary>
    [Fact]
    public async Task FailedCall_OfARenewal_LeavesAStoreServing()
    {
        int timesRed = 0;
        int call = 0;
        for (bool isReached = true; isReached;)
        {
            call++;
            int version = 1;
            var disk = new SimulatedFileSystem(call);
            await using (var database = await OpenAsync(disk))
            {
                var collection = await FilledAsync(database, points: 12);
                await collection.SealAsync();
                await ChangeAllAsync(collection, 1, points: 12);
                int calls = disk.MutatingCalls;
                disk.FailCall(disk.MutatingCalls + call, call % 2 == 0 ? StorageException.ErrnoNoSpace : StorageException.ErrnoIo);
                var problem = await Record.ExceptionAsync(() => collection.RenewPayloadsAsync());
                isReached = disk.MutatingCalls >= calls + call;
                disk.ClearFaults();
                await CheckAsync(collection, _ => 1, points: 12);
                if (problem is DatabaseStateException)
                {
                    Assert.Equal(CollectionHealth.Red, collection.GetInfo().Health);
                    timesRed++;
                }
                else
                {
                    Assert.True(problem is null or StorageException, $"call {call}: {problem}");
                    version = 2;
                    await ChangeAllAsync(collection, version, points: 12);
                    await collection.RenewPayloadsAsync();
                    await CheckAsync(collection, _ => version, points: 12);
                    Assert.Single(PayloadDirectories(disk));
                }
            }

            await using var again = await OpenAsync(disk);
            await CheckAsync(again.GetCollection(Name), _ => version, points: 12);
            Assert.Single(PayloadDirectories(disk));
            Assert.True(call < 200, "a renewal has no end");
        }

        Assert.Equal(1, timesRed);
    }

    [Theory]
    [InlineData((1 << 20) - 1)]
    [InlineData((64L << 30) + 1)]
    public async Task PayloadMemory_BeyondItsLimits_IsRefused(long bytes)
    {
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => VectorDatabase.OpenAsync("/data", new DatabaseOptions { FileSystem = new SimulatedFileSystem(), PayloadMemoryBytes = bytes }));
        Assert.Equal("options.payloadMemoryBytes", refused.Field);
        Assert.Contains($"expected 1048576 to 68719476736, got {bytes}", refused.Message);
    }

    [Fact]
    public async Task FullDisk_RefusesTheRenewalWithBothNumbers_OrStopsIt_AndTheOldStoreServesOn()
    {
        const long Floor = 1 << 20;
        var disk = new SimulatedFileSystem(6) { CapacityBytes = 64 << 20 };
        await using var database = await OpenAsync(disk, floor: Floor);
        var collection = await FilledAsync(database);
        await ChangeAllAsync(collection, 1);
        using (var fill = disk.CreateFile("/fill"))
            fill.Preallocate(disk.FreeBytes("/") - Floor - (Live / 2));

        var refused = await Assert.ThrowsAsync<StorageException>(() => collection.RenewPayloadsAsync());
        Assert.Equal(ErrorReason.StorageFull, refused.Reason);
        Assert.Contains($"above the floor of {Floor}", refused.Message);
        Assert.Contains($"{disk.FreeBytes("/")} are free", refused.Message);
        Assert.Equal(OptimizerJobKind.Renew, collection.GetOptimizerStatus().LastProblem!.Kind);
        await CheckAsync(collection, _ => 1);
        await ChangeAsync(collection, 0, 1);

        // Somebody else takes the room after it has begun.
        disk.DeleteFile("/fill");
        await ServesAsync(2);
        disk.FailWhen(call => call.Path.Contains("/payloads-b/log", StringComparison.Ordinal) && call.IsMutating, StorageException.ErrnoNoSpace, FaultMode.Persistent);
        refused = await Assert.ThrowsAsync<StorageException>(() => collection.RenewPayloadsAsync());
        Assert.Equal(ErrorReason.StorageFull, refused.Reason);
        await ServesAsync(3);

        disk.ClearFaults();
        await collection.RenewPayloadsAsync();
        await ServesAsync(4);
        Assert.True(PayloadBytesOnDisk(disk) < 3 * Live);

        async Task ServesAsync(int version)
        {
            await ChangeAllAsync(collection, version);
            await CheckAsync(collection, _ => version);
            Assert.Single(PayloadDirectories(disk));
            Assert.Equal(CollectionHealth.Green, collection.GetInfo().Health);
        }
    }

    private static Task<VectorDatabase> OpenAsync(SimulatedFileSystem disk, long worthRenewing = 1L << 40, long floor = 0, ConcurrentQueue<string>? log = null, long sealAt = 1L << 30) =>
        VectorDatabase.OpenAsync("/data", TestData.QuietOptions(PayloadStoreKind.Faster) with
        {
            FileSystem = disk,
            PayloadLogBytesWorthRenewing = worthRenewing,
            SealAtBytes = sealAt,
            BallastBytes = 0,
            FreeSpaceFloorBytes = floor,
            RecallSampling = 0,
            Log = log is null ? null : log.Enqueue,
        });

    private static async Task<Collection> FilledAsync(VectorDatabase database, int points = Points)
    {
        var collection = await database.CreateCollectionAsync(Name, TestData.Config());
        await collection.UpsertAsync([.. Enumerable.Range(0, points / 2).Select(id => PointOf(id, 0))]);
        await collection.SealAsync();
        await collection.UpsertAsync([.. Enumerable.Range(points / 2, points - (points / 2)).Select(id => PointOf(id, 0))]);
        return collection;
    }

    private static Point PointOf(int id, int version) => new((ulong)id, TestData.Vector(new Random(id)), Payload.FromJson(PayloadOf((ulong)id, version)));

    private static Task ChangeAsync(Collection collection, int id, int version) =>
        collection.UpdatePayloadAsync([(ulong)id], PayloadChange.Overwrite(Payload.FromJson(PayloadOf((ulong)id, version))));

    private static async Task ChangeAllAsync(Collection collection, int version, int points = Points) =>
        await Task.WhenAll(Enumerable.Range(0, points).Select(id => ChangeAsync(collection, id, version)));

    private static async Task CheckAsync(Collection collection, Func<ulong, int> version, int points = Points, ulong? without = null)
    {
        var found = await TestData.AllAsync(collection);
        Assert.Equal(points - (without is null ? 0 : 1), found.Count);
        Assert.All(found, point => Assert.Equal(PayloadOf(point.Id.Integer, version(point.Id.Integer)), point.Payload!.ToString()));
        Assert.DoesNotContain(found, point => point.Id.Integer == without);
    }

    private static string PayloadOf(ulong id, int version) => $$"""{"id":{{id}},"version":{{version}},"text":"{{new string((char)('a' + (version % 26)), PayloadBytes)}}"}""";

    private static IEnumerable<string> PayloadFiles(SimulatedFileSystem disk) => disk.AllFiles().Where(file => file.Contains("/payloads", StringComparison.Ordinal) && !file.EndsWith(".seg", StringComparison.Ordinal));

    private static long PayloadBytesOnDisk(SimulatedFileSystem disk) => PayloadFiles(disk).Sum(file => LengthOf(disk, file));

    private static long LengthOf(SimulatedFileSystem disk, string path)
    {
        try
        {
            return disk.LiveBytes(path).Length;
        }
        catch (StorageException)
        {
            // It went at this very moment.
            return 0;
        }
    }

    private static List<string> PayloadDirectories(SimulatedFileSystem disk) => [.. PayloadFiles(disk).Select(file => file[..file.LastIndexOf('/')]).Distinct()];

    private static async Task UntilAsync(Func<bool> condition, string otherwise)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < s_patience, otherwise);
            await Task.Delay(10);
        }
    }
}
