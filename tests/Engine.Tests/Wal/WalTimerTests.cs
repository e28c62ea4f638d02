using VectorStore.Engine.Simulation;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Tests.Wal;

/// <summary>What the log does when time passes. Time is the test's own.</summary>
public sealed class WalTimerTests
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Idleness_AfterAnAppend_CoversTheLastRecord(bool quietTimePasses)
    {
        var time = new ManualTimeProvider();
        var (disk, log, _) = WalTesting.NewLog(WalTesting.SmallFiles with { TimeProvider = time, IdleWatermark = s_quiet });
        WalTesting.AppendEach(log, 2);
        long last = WalTesting.RecordOffsets(disk, 1)[^1];
        time.Advance(s_quiet - TimeSpan.FromTicks(1));
        log.TruncateThrough(0);
        Assert.Equal(2UL, log.LastAppliedLsn);
        if (quietTimePasses)
        {
            time.Advance(TimeSpan.FromTicks(1));
            WalTesting.Eventually(() => log.LastAppliedLsn == 3, "no watermark was written");
        }

        var left = disk.Crash(1);
        log.Dispose();
        left.FlipBits(WalTesting.FilePath(1), last + 8, 1);
        if (quietTimePasses)
            Assert.Throws<CorruptDataException>(() => WalTesting.ReadAll(left));
        else
            Assert.NotNull(WalTesting.ReadAll(left).Recovery.TornTail);
    }

    [Fact]
    public void Idleness_OfALogThatIsCovered_WritesNothing()
    {
        var time = new ManualTimeProvider();
        var options = WalTesting.SmallFiles with { TimeProvider = time, IdleWatermark = s_quiet };
        var (disk, log, _) = WalTesting.NewLog(options);
        WalTesting.AppendEach(log, 2);
        log.Dispose();

        using (log = WalTesting.Open(disk, new RecordingConsumer(), options))
        {
            int writes = disk.CountCalls(FileCallKind.Write);
            time.Advance(s_quiet * 10);
            log.TruncateThrough(0);
            log.TruncateThrough(0);
            Assert.Equal(writes, disk.CountCalls(FileCallKind.Write));
            Assert.Equal(3UL, log.LastAppliedLsn);
        }
    }

    [Fact]
    public void Append_WithIntervalDurability_IsAnsweredBeforeTheSyncAndSyncedWhenTheIntervalEnds()
    {
        var time = new ManualTimeProvider();
        var (disk, log, _) = WalTesting.NewLog(IntervalOptions(time));
        using (log)
        {
            int syncs = disk.CountCalls(FileCallKind.SyncData);
            WalTesting.AppendEach(log, 5);
            Assert.Equal(syncs, disk.CountCalls(FileCallKind.SyncData));
            Assert.Equal((5UL, 0UL), (log.LastAppliedLsn, log.DurableLsn));

            // The interval runs from the first unsynced record, not from the last.
            time.Advance(s_interval / 2);
            WalTesting.AppendEach(log, 1, first: 5);
            time.Advance(s_interval / 2);
            WalTesting.Eventually(() => log.DurableLsn == 6, "the interval passed without a sync");
            Assert.Equal(syncs + 1, disk.CountCalls(FileCallKind.SyncData));

            WalTesting.AppendEach(log, 1, first: 6);
            time.Advance(s_interval);
            WalTesting.Eventually(() => log.DurableLsn == 7, "the second interval passed without a sync");
            Assert.Equal(7, WalTesting.ReadAll(disk.Crash()).Records.Count);
        }
    }

    [Fact]
    public void Sync_ThatFailsWithIntervalDurability_MakesTheLogReadOnlyWithoutAnAppend()
    {
        var time = new ManualTimeProvider();
        var (disk, log, consumer) = WalTesting.NewLog(IntervalOptions(time));
        using (log)
        {
            WalTesting.AppendEach(log, 1);
            disk.FailWhen(call => call.Kind == FileCallKind.SyncData, StorageException.ErrnoIo);
            time.Advance(s_interval);
            WalTesting.Eventually(() => log.Failure is not null, "the failed sync went unnoticed");
            WalTesting.Eventually(() => consumer.Failures.Count == 1, "nobody was told");
            Assert.Equal(0UL, log.DurableLsn);
        }
    }

    [Fact]
    public void Dispose_WithIntervalDurability_SyncsWhatWasAnswered()
    {
        var (disk, log, _) = WalTesting.NewLog(IntervalOptions(new ManualTimeProvider()));
        WalTesting.AppendEach(log, 5);
        log.Dispose();
        Assert.Equal(5, WalTesting.ReadAll(disk.Crash()).Records.Count);
    }

    private static WalOptions IntervalOptions(TimeProvider time) => WalTesting.SmallFiles with
    {
        FileBytes = 8192,
        Durability = Durability.Interval,
        SyncInterval = s_interval,
        TimeProvider = time,
    };
}
