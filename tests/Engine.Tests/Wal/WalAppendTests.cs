using VectorStore.Engine.Simulation;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Tests.Wal;

/// <summary>What an appender is promised while the disk is well.</summary>
public sealed class WalAppendTests
{
    [Fact]
    public async Task Append_WhenAnswered_IsDurableAndAppliedInOrder()
    {
        WriteAheadLog? log = null;
        bool durableBeforeApply = true;
        object state = new();
        object? seen = null;
        Task<ulong>? answer = null;
        bool answeredBeforeApply = false;
        var consumer = new RecordingConsumer
        {
            OnApply = batch =>
            {
                durableBeforeApply &= log!.DurableLsn == batch[^1].Lsn && log.LastAppliedLsn < batch[0].Lsn;
                answeredBeforeApply |= answer is { IsCompleted: true };
                seen = batch[^1].State;
            },
        };
        (var disk, log, _) = WalTesting.NewLog(consumer: consumer);
        using (log)
        {
            for (ulong lsn = 1; lsn <= 20; lsn++)
            {
                answer = null;
                answer = log.AppendAsync(WalTesting.Kind, WalTesting.Body((int)lsn), state, CancellationToken.None);
                Assert.Equal(lsn, await WalTesting.Settled(answer));
                Assert.Equal(lsn, log.LastAppliedLsn);
            }

            Assert.True(durableBeforeApply);
            Assert.False(answeredBeforeApply);
            Assert.Same(state, seen);
            Assert.Equal(Enumerable.Range(1, 20).Select(lsn => (ulong)lsn), consumer.Applied.Select(record => record.Lsn));
            Assert.Equal(consumer.Applied, WalTesting.ReadAll(disk.Crash()).Records);
        }
    }

    [Fact]
    public async Task Append_OfManyWaiting_SharesOneWriteAndOneSync()
    {
        var (disk, log, consumer) = WalTesting.NewLog(WalTesting.SmallFiles with { FileBytes = 1 << 20 });
        using (log)
        {
            var answers = Burst(log, consumer, 64);
            Assert.Equal([1, 64], consumer.BatchSizes);
            Assert.Equal(65UL, await answers[^1]);

            // One sync of the file's header, one of each batch.
            Assert.Equal(3, disk.CountCalls(FileCallKind.SyncData));
            Assert.Equal(3, disk.CountCalls(FileCallKind.Write));
        }
    }

    [Fact]
    public void Append_OfMoreThanABatchHolds_IsWrittenInSeveral()
    {
        var (_, log, consumer) = WalTesting.NewLog(WalTesting.SmallFiles with { FileBytes = 1 << 20, BatchBytesMax = 1000 });
        using (log)
        {
            Burst(log, consumer, 30);
            Assert.True(consumer.BatchSizes.Count > 3);
            Assert.Equal(31, consumer.BatchSizes.Sum());
        }
    }

    [Fact]
    public async Task Append_FromManyThreads_GivesEveryRecordItsOwnLsnAndFewerSyncsThanAppends()
    {
        const int Threads = 64;
        const int Each = 20;
        var (disk, log, consumer) = WalTesting.NewLog(WalTesting.SmallFiles with { FileBytes = 1 << 20 });
        using (log)
        {
            var appenders = Enumerable.Range(0, Threads).Select(thread => Task.Run(async () =>
            {
                var lsns = new List<ulong>();
                for (int index = 0; index < Each; index++)
                    lsns.Add(await log.AppendAsync(WalTesting.Kind, WalTesting.Body((thread * Each) + index), null, CancellationToken.None));
                return lsns;
            }));
            var lsns = await Task.WhenAll(appenders).WaitAsync(WalTesting.Patience);
            Assert.All(lsns, own => Assert.Equal(own.Order(), own));
            Assert.Equal(Threads * Each, lsns.SelectMany(own => own).Distinct().Count());
            Assert.True(disk.CountCalls(FileCallKind.SyncData) < Threads * Each);
        }

        Assert.Equal(consumer.Applied, WalTesting.ReadAll(disk).Records);
    }

    [Fact]
    public async Task Append_OfARecordLongerThanAFile_GetsAFileOfItsOwn()
    {
        var (disk, log, consumer) = WalTesting.NewLog();
        byte[] large = new byte[20_000];
        new Random(3).NextBytes(large);
        using (log)
        {
            WalTesting.AppendEach(log, 1);
            await WalTesting.Settled(log.AppendAsync(WalTesting.Kind, large, null, CancellationToken.None));
            WalTesting.AppendEach(log, 1);
            Assert.Equal(3, disk.AllFiles().Count);
        }

        Assert.Equal(consumer.Applied, WalTesting.ReadAll(disk).Records);
    }

    [Fact]
    public async Task Append_OfABodyLongerThanTheLimit_IsRefusedWithBothNumbers()
    {
        var (disk, log, _) = WalTesting.NewLog(WalTesting.SmallFiles with { RecordBodyBytesMax = 1000 });
        using (log)
        {
            int calls = disk.MutatingCalls;
            var error = await Assert.ThrowsAsync<InvalidRequestException>(() => log.AppendAsync(WalTesting.Kind, new byte[1001], null, CancellationToken.None));
            Assert.Equal(ErrorReason.RequestTooLarge, error.Reason);
            Assert.Equal("request", error.Field);
            Assert.Contains("1001", error.Message, StringComparison.Ordinal);
            Assert.Contains("1000", error.Message, StringComparison.Ordinal);
            Assert.Equal(calls, disk.MutatingCalls);
            Assert.Equal(1UL, await WalTesting.Settled(log.AppendAsync(WalTesting.Kind, new byte[1000], null, CancellationToken.None)));
            Assert.Equal(2UL, await WalTesting.Settled(log.AppendAsync(WalTesting.Kind, ReadOnlyMemory<byte>.Empty, null, CancellationToken.None)));
        }
    }

    [Fact]
    public async Task Append_OfTheLogsOwnKind_IsRefused()
    {
        var (_, log, _) = WalTesting.NewLog();
        using (log)
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => log.AppendAsync(0, new byte[1], null, CancellationToken.None));
    }

    [Fact]
    public async Task Append_CancelledWhileItWaits_IsNotWritten()
    {
        var (disk, log, consumer) = WalTesting.NewLog();
        using (log)
        {
            consumer.HoldApply();
            using var early = new CancellationTokenSource();
            using var late = new CancellationTokenSource();
            var taken = log.AppendAsync(WalTesting.Kind, WalTesting.Body(0), null, late.Token);
            WalTesting.Eventually(() => consumer.IsHeld, "nothing was applied");
            var waiting = log.AppendAsync(WalTesting.Kind, WalTesting.Body(1), null, early.Token);
            var last = log.AppendAsync(WalTesting.Kind, WalTesting.Body(2), null, CancellationToken.None);

            await early.CancelAsync();
            await late.CancelAsync();
            consumer.ReleaseApply();

            await Assert.ThrowsAsync<TaskCanceledException>(() => WalTesting.Settled(waiting));
            Assert.Equal(1UL, await WalTesting.Settled(taken));
            Assert.Equal(2UL, await WalTesting.Settled(last));
            await Assert.ThrowsAsync<TaskCanceledException>(() => log.AppendAsync(WalTesting.Kind, WalTesting.Body(3), null, early.Token));
        }

        Assert.Equal(consumer.Applied, WalTesting.ReadAll(disk).Records);
    }

    [Fact]
    public async Task Dispose_WithRecordsWaiting_WritesThemAndRefusesMore()
    {
        var (disk, log, consumer) = WalTesting.NewLog();
        consumer.HoldApply();
        var first = log.AppendAsync(WalTesting.Kind, WalTesting.Body(0), null, CancellationToken.None);
        WalTesting.Eventually(() => consumer.IsHeld, "nothing was applied");
        var second = log.AppendAsync(WalTesting.Kind, WalTesting.Body(1), null, CancellationToken.None);
        consumer.ReleaseApply();
        log.Dispose();
        log.Dispose();

        Assert.Equal(1UL, await first);
        Assert.Equal(2UL, await second);
        var error = await Assert.ThrowsAsync<DatabaseStateException>(() => log.AppendAsync(WalTesting.Kind, WalTesting.Body(2), null, CancellationToken.None));
        Assert.Equal(ErrorReason.Closed, error.Reason);
        Assert.Throws<DatabaseStateException>(() => log.TruncateThrough(1));
        Assert.Equal(2, WalTesting.ReadAll(disk).Records.Count);
    }

    private static List<Task<ulong>> Burst(WriteAheadLog log, RecordingConsumer consumer, int count)
    {
        consumer.HoldApply();
        var answers = new List<Task<ulong>> { log.AppendAsync(WalTesting.Kind, WalTesting.Body(0), null, CancellationToken.None) };
        WalTesting.Eventually(() => consumer.IsHeld, "nothing was applied");
        for (int index = 1; index <= count; index++)
            answers.Add(log.AppendAsync(WalTesting.Kind, WalTesting.Body(index), null, CancellationToken.None));
        consumer.ReleaseApply();
        foreach (var answer in answers)
            WalTesting.Settled(answer);
        return answers;
    }
}
