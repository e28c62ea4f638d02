using VectorStore.Campaigns;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.Faults;

/// <summary>Fails each call of a life in turn: an input/output error, a full disk, a write or a read that stops half way; once, or from then on.</summary>
/// <remarks>A sample runs by default; <c>tests/faultsweep.sh</c> runs all.</remarks>
public sealed class FaultSweepTests
{
    private const int UsualCases = 240;

    /// <summary>Lives in which failing calls show every planted bug; the last serves payloads from FASTER.</summary>
    internal static IReadOnlyList<int> Lives { get; } = [1, 2, 8];

    [Fact]
    public async Task FailedCall_AnywhereInALife_LosesNothingAcknowledgedAndAnswersNothingWrong()
    {
        var campaign = new Campaign("cases");
        await campaign.RunAsync((await FaultCase.ShuffledAsync(Lives)).Take(UsualCases), one => one.RunAsync(), Replay);
        Assert.True(campaign.Violations.Count == 0, string.Join('\n', campaign.Violations));
    }

    internal static string Replay(FaultCase one) => $"tests/faultsweep.sh --life {one.Seed} --call {one.Number}";

    [Fact]
    public async Task FullDisk_WhenRoomIsMade_TakesWritesAgainWithoutARestart()
    {
        var disk = new SimulatedFileSystem(1);
        await using var database = await VectorDatabase.OpenAsync("/data", new DatabaseOptions
        {
            FileSystem = disk,
            IndexThreads = 1,
            PayloadStore = PayloadStoreKind.Memory,
            WalFileBytes = 16 * 1024,
            FreeSpaceFloorBytes = 0,
            WalIdleWatermark = Timeout.InfiniteTimeSpan,
        });
        var collection = await database.CreateCollectionAsync("points", CollectionConfig.WithVector("v", 64, Metric.Dot));
        disk.CapacityBytes = 64 * 1024;

        ulong next = 0;
        var full = await Assert.ThrowsAsync<StorageException>(async () =>
        {
            for (; next < 10_000; next++)
                await collection.UpsertAsync([new Point(next, new float[64])]);
        });
        Assert.Equal(ErrorReason.StorageFull, full.Reason);
        Assert.Equal((long)next, await collection.CountAsync());
        Assert.NotEqual(CollectionHealth.Red, collection.GetInfo().Health);

        disk.CapacityBytes = null;
        await collection.UpsertAsync([new Point(next, new float[64])]);
        Assert.Equal((long)next + 1, await collection.CountAsync());
    }

    [Fact]
    public async Task FailedSync_OfTheDirectoryWithCurrent_StopsWritingUntilReopened()
    {
        var disk = new SimulatedFileSystem(1);
        var options = new DatabaseOptions { FileSystem = disk, IndexThreads = 1, PayloadStore = PayloadStoreKind.Memory, WalIdleWatermark = Timeout.InfiniteTimeSpan };
        await using (var database = await VectorDatabase.OpenAsync("/data", options))
        {
            var collection = await database.CreateCollectionAsync("points", CollectionConfig.WithVector("v", 2, Metric.Dot));
            await collection.UpsertAsync([new Point(1, new float[] { 1, 0 })]);

            // The second sync of the collection's directory is the one behind the rename of CURRENT.
            int syncs = 0;
            disk.FailWhen(
                call => call.Kind == FileCallKind.SyncDirectory && call.Path.Contains("/points~", StringComparison.Ordinal) && !call.Path.Contains("/segments", StringComparison.Ordinal) && ++syncs == 2,
                StorageException.ErrnoIo);
            var unknown = await Assert.ThrowsAsync<DatabaseStateException>(() => collection.SealAsync());
            Assert.Equal(ErrorReason.CollectionReadOnly, unknown.Reason);
            Assert.Equal(CollectionHealth.Red, collection.GetInfo().Health);
            await Assert.ThrowsAsync<DatabaseStateException>(() => collection.SealAsync());
            await Assert.ThrowsAsync<DatabaseStateException>(() => collection.UpsertAsync([new Point(2, new float[] { 1, 0 })]));
            Assert.Equal(1, await collection.CountAsync());
        }

        disk.ClearFaults();
        for (int fate = 0; fate < 20; fate++)
        {
            await using var database = await VectorDatabase.OpenAsync("/data", options with { FileSystem = disk.Crash(fate) });
            var collection = database.GetCollection("points");
            Assert.Equal(1, await collection.CountAsync());
            await collection.UpsertAsync([new Point(2, new float[] { 1, 0 })]);
        }
    }

    [Fact]
    public async Task FailedSync_OfTheLog_TurnsTheCollectionRedAndLeavesReadsAndOthers()
    {
        var disk = new SimulatedFileSystem(1);
        await using var database = await VectorDatabase.OpenAsync("/data", new DatabaseOptions
        {
            FileSystem = disk,
            IndexThreads = 1,
            PayloadStore = PayloadStoreKind.Memory,
            WalIdleWatermark = Timeout.InfiniteTimeSpan,
        });
        var sick = await database.CreateCollectionAsync("sick", CollectionConfig.WithVector("v", 2, Metric.Dot));
        var well = await database.CreateCollectionAsync("well", CollectionConfig.WithVector("v", 2, Metric.Dot));
        await sick.UpsertAsync([new Point(1, new float[] { 1, 0 })]);

        disk.FailWhen(
            call => call.Kind == FileCallKind.SyncData && call.Path.Contains("/sick~", StringComparison.Ordinal) && call.Path.EndsWith(".wal", StringComparison.Ordinal),
            StorageException.ErrnoIo);
        var unknown = await Assert.ThrowsAsync<DatabaseStateException>(() => sick.UpsertAsync([new Point(2, new float[] { 0, 1 })]));
        Assert.Equal(ErrorReason.CollectionReadOnly, unknown.Reason);
        Assert.Contains("unknown until", unknown.Message, StringComparison.Ordinal);
        disk.ClearFaults();

        Assert.Equal(CollectionHealth.Red, sick.GetInfo().Health);
        Assert.Equal(ErrorReason.CollectionReadOnly, (await Assert.ThrowsAsync<DatabaseStateException>(() => sick.DeleteAsync([1UL]))).Reason);
        Assert.Equal(1, await sick.CountAsync());
        Assert.Single(await sick.SearchAsync(new SearchRequest { Vector = new float[] { 1, 0 } }));
        await well.UpsertAsync([new Point(1, new float[] { 1, 0 })]);
        Assert.Equal(1, await well.CountAsync());
    }
}
