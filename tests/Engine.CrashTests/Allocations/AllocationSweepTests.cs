using VectorStore.Campaigns;
using VectorStore.Engine.Simulation;
using Xunit.Abstractions;

namespace VectorStore.Engine.CrashTests.Allocations;

/// <summary>Refuses each request for native memory of a life in turn: once, or from then on. A sample runs by default; <c>tests/allocations.sh</c> runs all.</summary>
public sealed class AllocationSweepTests(ITestOutputHelper output)
{
    private const int UsualCases = 24;

    /// <summary>Some lives; the last serves payloads from FASTER.</summary>
    internal static IReadOnlyList<int> Lives { get; } = [2, 7, 8];

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task RefusedMemory_AnywhereInALife_LosesNothingAcknowledgedAndAnswersNothingWrong()
    {
        int refused = 0;
        var campaign = new Campaign("cases");
        var cases = await AllocationCase.ShuffledAsync(Lives);
        output.WriteLine($"{cases.Count} cases, {UsualCases} of them run");
        await campaign.RunAsync(cases.Take(UsualCases), async one => Interlocked.Add(ref refused, await one.RunAsync()), Replay);
        Assert.True(campaign.Violations.Count == 0, string.Join('\n', campaign.Violations));
        Assert.True(refused > UsualCases / 2, $"only {refused} requests were refused");
    }

    [Fact]
    public async Task WritesThatThereIsNoMemoryFor_AreRefusedWhole_AndTakenOnceThereIs()
    {
        using var budget = new AllocationBudget();
        await using var database = await OpenAsync(new SimulatedFileSystem(1));
        var collection = await database.CreateCollectionAsync("points", CollectionConfig.WithVector("v", 64, Metric.Dot));
        var other = await database.CreateCollectionAsync("other", CollectionConfig.WithVector("v", 2, Metric.Dot));
        await other.UpsertAsync([new Point(1, new float[] { 1, 0 })]);
        await collection.UpsertAsync([new Point(0, new float[64]), new Point(1, new float[64])]);
        Point[] many = [.. Enumerable.Range(0, 2_000).Select(id => new Point((ulong)id, new float[64]))];

        budget.RefusesAll = true;
        var refused = await Assert.ThrowsAsync<MemoryExhaustedException>(() => collection.UpsertAsync(many));
        Assert.Equal(ErrorReason.OutOfMemory, refused.Reason);
        Assert.True(refused.BytesRequested > 0);
        Assert.Contains($"{refused.BytesRequested} bytes", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<MemoryExhaustedException>(() => collection.DeleteAsync([0UL]));
        Assert.Equal(2, await collection.CountAsync());
        Assert.Equal([0, 1], (await collection.GetAsync([0UL, 1UL, 2UL])).Select(point => (int)point.Id.Integer));
        Assert.NotEqual(CollectionHealth.Red, collection.GetInfo().Health);

        // What there is room for already goes on, here and elsewhere.
        await collection.UpsertAsync([new Point(2, new float[64])]);
        await other.UpsertAsync([new Point(2, new float[] { 0, 1 })]);
        Assert.Equal(2, await other.CountAsync());
        await Assert.ThrowsAsync<MemoryExhaustedException>(() => collection.SealAsync());
        Assert.Equal(3, await collection.CountAsync());

        budget.RefusesAll = false;
        await collection.UpsertAsync(many);
        await collection.DeleteAsync([0UL]);
        await collection.SealAsync();
        Assert.Equal(1_999, await collection.CountAsync());
    }

    [Fact]
    public async Task SealingInTheBackground_ThatThereIsNoMemoryFor_SaysSo_AndIsTriedAgain()
    {
        using var budget = new AllocationBudget();
        var clock = new LeapingClock();
        await using var database = await OpenAsync(new SimulatedFileSystem(1), clock, sealAtBytes: 10_000);
        var collection = await database.CreateCollectionAsync("points", CollectionConfig.WithVector("v", 64, Metric.Dot));
        collection.PauseOptimizer();
        await collection.UpsertAsync([.. Enumerable.Range(0, 100).Select(id => new Point((ulong)id, new float[64]))]);

        budget.RefusesAll = true;
        collection.ResumeOptimizer();
        await UntilAsync(() => collection.GetOptimizerStatus().LastProblem is not null);
        Assert.Contains("bytes of memory", collection.GetOptimizerStatus().LastProblem!.Message, StringComparison.Ordinal);
        Assert.NotEqual(CollectionHealth.Red, collection.GetInfo().Health);
        Assert.Equal(100, await collection.CountAsync());

        budget.RefusesAll = false;
        clock.Leap(TimeSpan.FromMinutes(1));
        await collection.UpsertAsync([new Point(100, new float[64])]);
        await UntilAsync(() => collection.GetInfo().SealedLsn > 0);
        Assert.Equal(101, await collection.CountAsync());
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(s_patience);
        while (!condition())
            await Task.Delay(10, limit.Token);
    }

    private static Task<VectorDatabase> OpenAsync(SimulatedFileSystem disk, TimeProvider? clock = null, long sealAtBytes = 1 << 20) => VectorDatabase.OpenAsync("/data", new DatabaseOptions
    {
        FileSystem = disk,
        IndexThreads = 1,
        PayloadStore = PayloadStoreKind.Memory,
        SealAtBytes = sealAtBytes,
        TimeProvider = clock ?? TimeProvider.System,
        ScrubPassTime = Timeout.InfiniteTimeSpan,
        WalIdleWatermark = Timeout.InfiniteTimeSpan,
    });

    /// <summary>The time of the system, and what it was moved on by.</summary>
    private sealed class LeapingClock : TimeProvider
    {
        private long _ticks;

        public void Leap(TimeSpan time) => Interlocked.Add(ref _ticks, (long)(time.TotalSeconds * TimestampFrequency));

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _ticks);
    }

    internal static string Replay(AllocationCase one) => $"tests/allocations.sh --life {one.Seed} --request {one.Number}";
}
