using VectorStore.Engine.Simulation;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Tests.Wal;

/// <summary>The rules of opening and of truncation, one by one.</summary>
public sealed class WalRecoveryTests
{
    [Fact]
    public void Open_OfAnUntouchedLog_ReplaysEverythingAndKeepsItsBytes()
    {
        var (disk, records) = WalTesting.ClosedLog(30);
        var contents = WalTesting.Contents(disk);
        for (int round = 0; round < 2; round++)
        {
            var (found, recovery) = WalTesting.ReadAll(disk);
            Assert.Equal(records, found);
            Assert.Equal(new WalRecovery(1, 31, 30, TornTail: null), recovery);
            Assert.Equal(contents, WalTesting.Contents(disk));
        }
    }

    [Fact]
    public void Open_WhereTheCallerKnowsTheLastLsnDurable_WritesNothing()
    {
        var (disk, _) = WalTesting.ClosedLog(30);
        var copy = WalTesting.Copy(disk);
        WalTesting.ReadAll(copy, knownDurableLsn: 31);
        Assert.Equal(0, copy.CountCalls(FileCallKind.Write));
        Assert.Equal(0, copy.CountCalls(FileCallKind.SyncData));
    }

    [Fact]
    public void Open_AfterACheckpoint_ReplaysOnlyWhatFollowsIt()
    {
        var (disk, records) = WalTesting.ClosedLog(30);
        Assert.Equal(records.Skip(17), WalTesting.ReadAll(disk, replayAfterLsn: 17).Records);
    }

    [Fact]
    public void Open_WithTheLastRecordTorn_SetsItAsideAndGivesItsLsnAgain()
    {
        var disk = UnclosedLog(5, out var records);
        long offset = WalTesting.RecordOffsets(disk, 1)[^1];
        disk.FlipBits(WalTesting.FilePath(1), offset + 41, 0x10);
        byte[] tail = disk.LiveBytes(WalTesting.FilePath(1))[(int)offset..];

        var (found, recovery) = WalTesting.ReadAll(disk);
        Assert.Equal(records.Take(4), found);
        Assert.NotNull(recovery.TornTail);
        Assert.Equal((WalTesting.FilePath(1), offset, 5UL), (recovery.TornTail.File, recovery.TornTail.OffsetBytes, recovery.TornTail.Lsn));
        Assert.Equal(WalTesting.Directory + "/torn-5-1.bin", recovery.TornTail.CopyPath);
        byte[] copy = disk.DurableBytes(recovery.TornTail.CopyPath!);
        Assert.Equal(tail[..copy.Length], copy);
        Assert.Equal(recovery.TornTail.Bytes, copy.Length);
    }

    [Fact]
    public void Open_WithTornTailsAgainAndAgain_KeepsTheNewestFourCopies()
    {
        var disk = UnclosedLog(2, out _);
        for (int round = 0; round < 7; round++)
        {
            var log = WalTesting.Open(disk, new RecordingConsumer());
            WalTesting.AppendEach(log, 1);
            var next = WalTesting.Copy(disk);
            log.Dispose();
            disk = next;
            ulong last = disk.AllFiles().Where(path => path.EndsWith(".wal", StringComparison.Ordinal)).Select(path => ulong.Parse(path[^12..^4])).Max();
            disk.FlipBits(WalTesting.FilePath(last), WalTesting.RecordOffsets(disk, last)[^1], 1);
        }

        Assert.NotNull(WalTesting.ReadAll(disk).Recovery.TornTail);
        Assert.Equal(["4", "5", "6", "7"], disk.AllFiles().Where(path => path.EndsWith(".bin", StringComparison.Ordinal)).Select(path => path[^5..^4]).Order());
    }

    [Fact]
    public void Open_WithATornTailOnAFullDisk_GoesWithoutTheCopy()
    {
        var disk = UnclosedLog(5, out var records);
        disk.FlipBits(WalTesting.FilePath(1), WalTesting.RecordOffsets(disk, 1)[^1], 1);
        disk.CapacityBytes = 0;
        var (found, recovery) = WalTesting.ReadAll(disk);
        Assert.Equal(records.Take(4), found);
        Assert.NotNull(recovery.TornTail);
        Assert.Null(recovery.TornTail.CopyPath);
        Assert.Single(disk.AllFiles());
    }

    [Fact]
    public void Open_WithAnUnsyncedRecordBehindAHole_DropsBoth()
    {
        // One batch of three: the middle one did not reach the disk, the last did, and says that neither was known durable.
        var (source, log, consumer) = WalTesting.NewLog();
        consumer.HoldApply();
        var answers = new List<Task<ulong>> { log.AppendAsync(WalTesting.Kind, WalTesting.Body(0), null, CancellationToken.None) };
        WalTesting.Eventually(() => consumer.IsHeld, "nothing was applied");
        for (int index = 1; index < 4; index++)
            answers.Add(log.AppendAsync(WalTesting.Kind, WalTesting.Body(index), null, CancellationToken.None));
        consumer.ReleaseApply();
        foreach (var answer in answers)
            WalTesting.Settled(answer);
        var disk = WalTesting.Copy(source);
        log.Dispose();

        var offsets = WalTesting.RecordOffsets(disk, 1);
        disk.Damage(WalTesting.FilePath(1), offsets[2], new byte[offsets[3] - offsets[2]]);
        var (found, recovery) = WalTesting.ReadAll(WalTesting.Copy(disk));
        Assert.Equal(consumer.Applied.Take(2), found);
        Assert.Equal(3UL, recovery.TornTail!.Lsn);

        // Somebody remembers that the last one was acknowledged: then the same bytes are damage.
        var damage = Assert.Throws<CorruptDataException>(() => WalTesting.ReadAll(WalTesting.Copy(disk), knownDurableLsn: 4));
        Assert.Contains("LSN 3 to 3 ", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WithAnAcknowledgedRecordDamaged_NamesFileOffsetAndLsns()
    {
        var (disk, _) = WalTesting.ClosedLog(5, WalTesting.SmallFiles with { FileBytes = 8192 });
        long offset = WalTesting.RecordOffsets(disk, 1)[2];
        disk.FlipBits(WalTesting.FilePath(1), offset + 3, 0x80);

        var damage = Assert.Throws<CorruptDataException>(() => WalTesting.ReadAll(disk));
        Assert.Equal((WalTesting.FilePath(1), offset), (damage.File, damage.OffsetBytes));
        Assert.Contains("LSN 3 to 3 ", damage.Message, StringComparison.Ordinal);
        Assert.Contains("durable up to LSN 5", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WithAFileMissing_ReportsTheDamage()
    {
        var (closed, _) = WalTesting.ClosedLog(30);
        int files = closed.AllFiles().Count;
        for (int number = 1; number <= files; number++)
        {
            var disk = WalTesting.Copy(closed);
            disk.DeleteFile(WalTesting.FilePath((ulong)number));

            // The loss of the newest file shows only to somebody who remembers what was durable.
            var damage = Assert.Throws<CorruptDataException>(() => WalTesting.ReadAll(disk, knownDurableLsn: number == files ? 30UL : 0));
            Assert.StartsWith(WalTesting.Directory, damage.File, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Open_OfADirectoryWithoutALog_ReportsTheDamage()
    {
        var disk = WalTesting.NewDisk();
        disk.CreateDirectory(WalTesting.Directory);
        Assert.Throws<CorruptDataException>(() => WalTesting.ReadAll(disk));
    }

    [Fact]
    public void Open_OfAnotherCollectionsLog_IsRefused()
    {
        var (disk, _) = WalTesting.ClosedLog(3);
        var other = Guid.Parse("99999999-4455-6677-8899-aabbccddeeff");
        var damage = Assert.Throws<CorruptDataException>(() => WriteAheadLog.Open(
            disk, WalTesting.Directory, other, WalTesting.SmallFiles, 0, 0, new RecordingConsumer(), out _));
        Assert.Equal(16, damage.OffsetBytes);
        Assert.Contains(other.ToString(), damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OfALogThatEndsBelowTheCheckpoint_IsRefused()
    {
        // Its LSNs would be given out a second time, and the next replay would skip them.
        var (disk, _) = WalTesting.ClosedLog(3);
        Assert.Throws<CorruptDataException>(() => WalTesting.ReadAll(disk, replayAfterLsn: 10));
    }

    [Fact]
    public void Open_WithUnfinishedFilesLeftOver_DeletesThem()
    {
        var (disk, records) = WalTesting.ClosedLog(3);
        disk.CreateFile(WalTesting.FilePath(2) + ".tmp").Dispose();
        Assert.Equal(records, WalTesting.ReadAll(disk).Records);
        Assert.Single(disk.AllFiles());
    }

    [Fact]
    public void Open_AfterAFailedSync_MakesWhatItFoundInTheCacheDurable()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            var disk = WalTesting.NewDisk(seed);
            WriteAheadLog.Create(disk, WalTesting.Directory, WalTesting.CollectionId, WalTesting.SmallFiles);
            using (var log = WalTesting.Open(disk, new RecordingConsumer()))
            {
                disk.FailWhen(call => call.Kind == FileCallKind.SyncData, StorageException.ErrnoIo);
                Assert.True(WalTesting.Settled(log.AppendAsync(WalTesting.Kind, WalTesting.Body(0), null, CancellationToken.None)).IsFaulted);
            }

            var sameMachine = disk.KillProcess(seed);
            Assert.Single(WalTesting.ReadAll(sameMachine).Records);
            Assert.Single(WalTesting.ReadAll(sameMachine.Crash(seed)).Records);
        }
    }

    [Fact]
    public void Create_WhereALogIs_IsRefused()
    {
        var (disk, records) = WalTesting.ClosedLog(3);
        Assert.Throws<StorageException>(() => WriteAheadLog.Create(disk, WalTesting.Directory, WalTesting.CollectionId, WalTesting.SmallFiles));
        Assert.Equal(records, WalTesting.ReadAll(disk).Records);
    }

    [Fact]
    public async Task Create_WithAFirstLsn_BeginsThere()
    {
        var disk = WalTesting.NewDisk();
        WriteAheadLog.Create(disk, WalTesting.Directory, WalTesting.CollectionId, WalTesting.SmallFiles, firstLsn: 100);
        Assert.Throws<CorruptDataException>(() => WalTesting.ReadAll(disk, replayAfterLsn: 98));
        using var log = WalTesting.Open(disk, new RecordingConsumer(), replayAfterLsn: 99);
        Assert.Equal(100UL, await WalTesting.Settled(log.AppendAsync(WalTesting.Kind, WalTesting.Body(0), null, CancellationToken.None)));
    }

    [Fact]
    public void TruncateThrough_AnyLsn_KeepsEveryRecordAboveIt()
    {
        for (ulong lsn = 0; lsn <= 30; lsn++)
        {
            var (disk, log, consumer) = WalTesting.NewLog();
            using (log)
            {
                WalTesting.AppendEach(log, 30);
                long before = log.Bytes;
                log.TruncateThrough(lsn);
                Assert.True(lsn < 10 || log.Bytes < before);

                // Durable when it returns, and what lies above is complete.
                var left = disk.Crash((int)lsn);
                Assert.Equal(consumer.Applied.Where(record => record.Lsn > lsn), WalTesting.ReadAll(left, replayAfterLsn: lsn).Records);
                Assert.Equal(WalFormat.FileHeaderBytes < log.Bytes, lsn < 30 || log.Bytes > WalFormat.FileHeaderBytes);
            }

            if (lsn == 30)
                Assert.Single(disk.AllFiles());
        }
    }

    [Fact]
    public void TruncateThrough_TheLastRecordTwice_MakesOneNewFile()
    {
        var (disk, log, _) = WalTesting.NewLog();
        using (log)
        {
            WalTesting.AppendEach(log, 3);
            log.TruncateThrough(3);
            int calls = disk.MutatingCalls;
            log.TruncateThrough(3);
            Assert.Equal(calls, disk.MutatingCalls);
            Assert.Equal(WalTesting.FilePath(2), Assert.Single(disk.AllFiles()));
        }
    }

    [Fact]
    public void TruncateThrough_WithAnArchive_IsAnsweredWhereverThePowerGoes()
    {
        for (int call = 1; ; call++)
        {
            var time = new ManualTimeProvider();
            var disk = WalTesting.NewDisk();
            var options = WalTesting.SmallFiles with { Archive = new WalArchive(disk, "/c/archive", TimeSpan.FromHours(1), bytesMax: null, time), TimeProvider = time };
            WriteAheadLog.Create(disk, WalTesting.Directory, WalTesting.CollectionId, options);
            using var log = WalTesting.Open(disk, new RecordingConsumer(), options);
            WalTesting.AppendEach(log, 8);
            log.TruncateThrough(8);
            time.Advance(TimeSpan.FromHours(2));
            WalTesting.AppendEach(log, 8, first: 8);

            // Files move into the archive, and those that are there leave it.
            disk.CrashAtCall(disk.MutatingCalls + call);
            var shortening = Task.Run(() =>
            {
                log.TruncateThrough(16);
                return true;
            });
            WalTesting.Settled(shortening);
            if (!disk.HasCrashed)
            {
                Assert.True(call > 10, $"{call - 1} calls are too few for having moved and removed files");
                return;
            }

            Assert.NotNull(log.Failure);
            Assert.Equal(ErrorReason.CollectionReadOnly, Assert.IsType<DatabaseStateException>(shortening.Exception?.InnerException).Reason);
        }
    }

    private static SimulatedFileSystem UnclosedLog(int records, out IReadOnlyList<StoredRecord> applied)
    {
        var (disk, log, consumer) = WalTesting.NewLog(WalTesting.SmallFiles with { FileBytes = 8192 });
        WalTesting.AppendEach(log, records);
        applied = consumer.Applied;
        var copy = WalTesting.Copy(disk);
        log.Dispose();
        return copy;
    }
}
