using VectorStore.Engine.Simulation;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Tests.Wal;

/// <summary>Parts of a log, copied into one of their own.</summary>
public sealed class WalCopyTests
{
    private const string Target = "/c/copy";
    private static readonly Guid s_other = Guid.Parse("ffeeddcc-bbaa-9988-7766-554433221100");

    [Theory]
    [InlineData(0UL, 30UL)]
    [InlineData(0UL, 1UL)]
    [InlineData(29UL, 30UL)]
    [InlineData(11UL, 23UL)]
    [InlineData(30UL, 30UL)]
    [InlineData(0UL, 31UL)]
    public void Copy_OfAnyPart_HoldsExactlyThat(ulong afterLsn, ulong throughLsn)
    {
        var (disk, records) = WalTesting.ClosedLog(30);
        Copy(disk, WalTesting.CollectionId, Target, afterLsn, throughLsn);
        disk.SyncDirectory("/c");

        var consumer = new RecordingConsumer();
        using (var log = WriteAheadLog.Open(disk.Crash(), Target, s_other, WalTesting.SmallFiles, afterLsn, throughLsn, consumer, out var recovery))
        {
            Assert.Equal(throughLsn, recovery.LastLsn);
            Assert.Null(recovery.TornTail);
        }

        Assert.Equal(records.Where(record => record.Lsn > afterLsn && record.Lsn <= throughLsn), consumer.Replayed);
    }

    [Fact]
    public void Copy_WhenOpened_TakesRecordsAndKeepsThem()
    {
        var (disk, records) = WalTesting.ClosedLog(10);
        Copy(disk, WalTesting.CollectionId, Target, 0, 7);
        using (var log = WriteAheadLog.Open(disk, Target, s_other, WalTesting.SmallFiles, 0, 7, new RecordingConsumer(), out _))
            WalTesting.AppendEach(log, 5, first: 100);

        var consumer = new RecordingConsumer();
        using (WriteAheadLog.Open(disk, Target, s_other, WalTesting.SmallFiles, 0, 12, consumer, out _))
            Assert.Equal(12, consumer.Replayed.Count);

        Assert.Equal(records.Take(7), consumer.Replayed.Take(7));
    }

    [Fact]
    public async Task Copy_OfALogThatIsWritten_EndsWhereItWasTold()
    {
        var (disk, log, _) = WalTesting.NewLog();
        using (log)
        {
            using var stop = new CancellationTokenSource();
            var writing = Task.Run(() =>
            {
                for (int index = 0; !stop.IsCancellationRequested && index < 5_000; index++)
                    WalTesting.AppendEach(log, 1, index);
            });
            for (int copy = 0; copy < 10; copy++)
            {
                WalTesting.Eventually(() => log.LastAppliedLsn >= 1, "nothing is written");
                ulong lsn = log.LastAppliedLsn;
                Copy(disk, WalTesting.CollectionId, $"{Target}{copy}", 0, lsn);
                Assert.True(WriteAheadLog.Verify(disk, $"{Target}{copy}", s_other, 0, lsn) > 0);
            }

            await stop.CancelAsync();
            await writing.WaitAsync(WalTesting.Patience);
        }
    }

    [Fact]
    public async Task Copy_OfARecordLongerThanItsBuffer_HoldsIt()
    {
        var options = WalTesting.SmallFiles with { FileBytes = 8 << 20 };
        var (disk, log, consumer) = WalTesting.NewLog(options);
        byte[] body = new byte[3_000_001];
        new Random(1).NextBytes(body);
        using (log)
        {
            WalTesting.AppendEach(log, 2);
            await WalTesting.Settled(log.AppendAsync(WalTesting.Kind, body, null, CancellationToken.None));
            WalTesting.AppendEach(log, 2);
        }

        Copy(disk, WalTesting.CollectionId, Target, 1, 5);
        var copied = new RecordingConsumer();
        using (WriteAheadLog.Open(disk, Target, s_other, options, 1, 5, copied, out _))
            Assert.Equal(consumer.Applied.Skip(1), copied.Replayed);
    }

    [Fact]
    public void Copy_OfRecordsThatAreNotThere_IsRefusedAndNamesThem()
    {
        var (disk, _) = WalTesting.ClosedLog(10);
        var missing = Assert.Throws<CorruptDataException>(
            () => Copy(disk, WalTesting.CollectionId, Target, 0, 20));
        Assert.Contains("LSN 12 to 20", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Copy_OfADamagedRecord_IsRefused()
    {
        var (disk, _) = WalTesting.ClosedLog(10);
        disk.FlipBits(WalTesting.FilePath(1), WalTesting.RecordOffsets(disk, 1)[2] + 41, 1);
        var damaged = Assert.Throws<CorruptDataException>(
            () => Copy(disk, WalTesting.CollectionId, Target, 0, 10));
        Assert.Contains("LSN 3 to 10", damaged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Copy_OfAnotherCollectionsLog_IsRefused()
    {
        var (disk, _) = WalTesting.ClosedLog(10);
        Assert.Throws<CorruptDataException>(() => Copy(disk, s_other, Target, 0, 10));
    }

    private static void Copy(SimulatedFileSystem disk, Guid collection, string target, ulong afterLsn, ulong throughLsn) =>
        WalCopy.Write(disk, target, s_other, afterLsn, copy => copy.AddRecords(WalTimeline.Of(disk, collection, WalTesting.Directory), afterLsn, throughLsn, CancellationToken.None));
}
