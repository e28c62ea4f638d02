using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Wal;

/// <summary>Fails every call of random lives of a log, in every way a call can fail.</summary>
public sealed class WalFaultSweepTests
{
    [Theory]
    [InlineData(StorageException.ErrnoIo, FaultMode.Once)]
    [InlineData(StorageException.ErrnoIo, FaultMode.Persistent)]
    [InlineData(StorageException.ErrnoIo, FaultMode.Partial)]
    [InlineData(StorageException.ErrnoNoSpace, FaultMode.Once)]
    [InlineData(StorageException.ErrnoNoSpace, FaultMode.Persistent)]
    [InlineData(StorageException.ErrnoNoSpace, FaultMode.Partial)]
    internal void Reopen_AfterAnyCallFailed_HasAllThatWasAcknowledgedAndNothingThatWasRefused(int errno, FaultMode mode)
    {
        for (int seed = 0; seed < WalTesting.Seeds(2); seed++)
        {
            var whole = WalTesting.NewDisk(seed);
            WalWorkload.Run(whole, seed);
            for (int call = 3; call <= whole.MutatingCalls; call++)
            {
                var disk = WalTesting.NewDisk(seed);
                disk.FailCall(call, errno, mode);
                var workload = WalWorkload.Run(disk, seed);

                // The same machine finds what its cache kept; another start of it only what the disk has.
                string? violation = workload.FindViolation(disk.KillProcess(call), catalogKnowsDurable: call % 2 == 0)
                    ?? workload.FindViolation(disk.Crash(call), catalogKnowsDurable: call % 2 == 1);
                Assert.True(violation is null, $"seed {seed}, call {call} failed with {errno} ({mode}): {violation}");
            }
        }
    }

    [Fact]
    public void Open_WhenAnyCallFails_ThrowsAndCanBeRepeated()
    {
        var (closed, log, consumer) = WalTesting.NewLog();
        WalTesting.AppendEach(log, 9);
        var torn = WalTesting.Copy(closed);
        log.Dispose();
        long lastRecord = WalTesting.RecordOffsets(torn, 2)[^1];
        torn.FlipBits(WalTesting.FilePath(2), lastRecord + 50, 1);
        var expected = WalTesting.ReadAll(WalTesting.Copy(torn)).Records;

        var whole = WalTesting.Copy(torn);
        WalTesting.ReadAll(whole);
        foreach (var kind in Enum.GetValues<FileCallKind>())
        {
            for (int number = 1; number <= whole.CountCalls(kind); number++)
            {
                var disk = WalTesting.Copy(torn);
                disk.FailCall(kind, number, StorageException.ErrnoIo);
                try
                {
                    WalTesting.ReadAll(disk);
                }
                catch (StorageException)
                {
                    // The usual answer; a watermark that fails on closing is nobody's business.
                }

                disk.ClearFaults();
                Assert.Equal(expected, WalTesting.ReadAll(disk).Records);
                Assert.Equal(expected, WalTesting.ReadAll(disk.Crash(number)).Records);
            }
        }
    }

    [Theory]
    [InlineData(FileCallKind.Write)]
    [InlineData(FileCallKind.SyncData)]
    internal async Task Append_WhenItsWriteOrSyncFails_MakesTheLogReadOnlyForGood(FileCallKind kind)
    {
        bool toldBeforeWaiters = false;
        Task<ulong>? answer = null;
        var consumer = new RecordingConsumer { OnFailed = _ => toldBeforeWaiters = answer is null || !answer.IsCompleted };
        var (disk, log, _) = WalTesting.NewLog(consumer: consumer);
        using (log)
        {
            WalTesting.AppendEach(log, 2);
            disk.FailWhen(call => call.Kind == kind, StorageException.ErrnoIo);
            answer = log.AppendAsync(WalTesting.Kind, WalTesting.Body(2), null, CancellationToken.None);

            var error = await Assert.ThrowsAsync<DatabaseStateException>(() => WalTesting.Settled(answer));
            Assert.Equal(ErrorReason.CollectionReadOnly, error.Reason);
            Assert.Equal(StorageException.ErrnoIo, Assert.IsType<StorageException>(error.InnerException).Errno);
            Assert.Contains("unknown until the collection is reopened", error.Message, StringComparison.Ordinal);
            Assert.True(toldBeforeWaiters);
            Assert.Same(log.Failure, Assert.Single(consumer.Failures));

            // The fault is over, and the log does not fall for it.
            int calls = disk.MutatingCalls;
            await Assert.ThrowsAsync<DatabaseStateException>(() => WalTesting.Settled(log.AppendAsync(WalTesting.Kind, WalTesting.Body(3), null, CancellationToken.None)));
            Assert.Throws<DatabaseStateException>(() => log.TruncateThrough(1));
            log.Dispose();
            Assert.Equal(calls, disk.MutatingCalls);
        }
    }

    [Fact]
    public async Task Append_WhenTheDiskIsTooFullForTheNextFile_IsRefusedAndWorksOnceThereIsRoom()
    {
        var (disk, log, consumer) = WalTesting.NewLog();
        using (log)
        {
            disk.CapacityBytes = 2 * 4096;
            int written = 0;
            Task<ulong> answer;
            do
                answer = WalTesting.Settled(log.AppendAsync(WalTesting.Kind, WalTesting.Body(written++), null, CancellationToken.None));
            while (answer.IsCompletedSuccessfully && written < 100);

            var error = await Assert.ThrowsAsync<StorageException>(() => answer);
            Assert.Equal(ErrorReason.StorageFull, error.Reason);
            Assert.Null(log.Failure);
            Assert.DoesNotContain(disk.AllFiles(), path => path.EndsWith(".tmp", StringComparison.Ordinal));

            // A checkpoint needs a new file too, and says so.
            Assert.Equal(ErrorReason.StorageFull, Assert.Throws<StorageException>(() => log.TruncateThrough(log.LastAppliedLsn)).Reason);

            disk.CapacityBytes = null;
            ulong lsn = await WalTesting.Settled(log.AppendAsync(WalTesting.Kind, WalTesting.Body(0), null, CancellationToken.None));
            Assert.Equal((ulong)written, lsn);
            Assert.Empty(consumer.Failures);
        }

        Assert.Equal(consumer.Applied, WalTesting.ReadAll(disk).Records);
    }

    [Fact]
    public async Task Append_WhenTheConsumerThrows_MakesTheLogReadOnly()
    {
        var consumer = new RecordingConsumer { OnApply = _ => throw new InvalidOperationException("a bug"), OnFailed = _ => throw new InvalidOperationException("another") };
        var (disk, log, _) = WalTesting.NewLog(consumer: consumer);
        using (log)
        {
            await Assert.ThrowsAsync<DatabaseStateException>(() => WalTesting.Settled(log.AppendAsync(WalTesting.Kind, WalTesting.Body(0), null, CancellationToken.None)));
            Assert.IsType<AggregateException>(log.Failure!.InnerException);
            Assert.Single(consumer.Failures);
        }

        Assert.Single(WalTesting.ReadAll(disk).Records);
    }
}
