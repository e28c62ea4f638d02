using VectorStore.Engine.Simulation;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Tests.Wal;

/// <summary>Flips, cuts, extends and swaps the bytes of logs. The answer is what was acknowledged, or a typed error that changed nothing.</summary>
public sealed class WalHostileBytesTests
{
    [Fact]
    public void Open_WithAnyByteFlipped_GivesEveryRecordOrReportsTheDamage()
    {
        var (closed, records) = WalTesting.ClosedLog(12);
        int reported = 0;
        for (ulong number = 1; number <= 2; number++)
        {
            string path = WalTesting.FilePath(number);
            int length = closed.LiveBytes(path).Length;
            for (int offset = 0; offset < length; offset++)
            {
                var disk = WalTesting.Copy(closed);
                disk.FlipBits(path, offset, (byte)(1 << (offset % 8)));
                reported += ExpectAllOrUntouched(disk, records, $"{path} byte {offset} flipped") ? 0 : 1;
            }
        }

        // Header pages and covered records are most of the bytes.
        Assert.True(reported > 2 * WalFormat.FileHeaderBytes, $"only {reported} flips were noticed");
    }

    [Fact]
    public void Open_WithAFileCutAtAnyByte_ReportsTheDamage()
    {
        var (closed, _) = WalTesting.ClosedLog(12);
        for (ulong number = 1; number <= 2; number++)
        {
            string path = WalTesting.FilePath(number);
            for (int length = closed.LiveBytes(path).Length - 1; length >= 0; length -= length > WalFormat.FileHeaderBytes ? 1 : 37)
            {
                var disk = WalTesting.Copy(closed);
                disk.DamageLength(path, length);
                Assert.Equal(path, ExpectDamage(disk).File);
            }
        }
    }

    [Fact]
    public void Open_WithAFileExtendedByGarbage_ReportsTheDamage()
    {
        var (closed, _) = WalTesting.ClosedLog(12);
        byte[] garbage = new byte[100];
        new Random(5).NextBytes(garbage);
        var disk = WalTesting.Copy(closed);
        Replace(disk, 1, [.. closed.LiveBytes(WalTesting.FilePath(1)), .. garbage]);
        Assert.Equal(WalTesting.FilePath(1), ExpectDamage(disk).File);
    }

    [Fact]
    public void Open_WithRandomGarbageBehindTheEnd_KeepsEveryRecordAndWipesIt()
    {
        var (closed, records) = WalTesting.ClosedLog(3);
        long end = WalTesting.RecordOffsets(closed, 1)[^1] + WalFormat.RecordHeaderBytes;
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var disk = WalTesting.Copy(closed);
            byte[] garbage = new byte[random.Next(1, 100)];
            random.NextBytes(garbage);
            garbage[0] |= 1;
            disk.Damage(WalTesting.FilePath(1), end + random.Next(0, 60), garbage);

            var (found, recovery) = WalTesting.ReadAll(disk);
            Assert.Equal(records, found);
            Assert.NotNull(recovery.TornTail);
            Assert.Equal(end, recovery.TornTail.OffsetBytes);
            Assert.Null(WalTesting.ReadAll(disk).Recovery.TornTail);
        }
    }

    [Fact]
    public void Open_WithEveryPairOfFilesSwapped_ReportsTheDamage()
    {
        var (closed, _) = WalTesting.ClosedLog(40);
        int files = closed.AllFiles().Count;
        Assert.True(files >= 4);
        for (ulong first = 1; first < (ulong)files; first++)
        {
            var disk = WalTesting.Copy(closed);
            byte[] left = disk.LiveBytes(WalTesting.FilePath(first));
            Replace(disk, first, disk.LiveBytes(WalTesting.FilePath(first + 1)));
            Replace(disk, first + 1, left);
            ExpectDamage(disk);
        }
    }

    [Fact]
    public void Open_WithAFileOfAnotherLifeOfTheSameLog_ReportsTheDamage()
    {
        // Same collection, same numbers, same LSNs and lengths, other bytes: a file brought back from an old copy.
        var (closed, _) = WalTesting.ClosedLog(20);
        var (other, log, _) = WalTesting.NewLog();
        using (log)
        {
            for (int index = 0; index < 20; index++)
            {
                byte[] body = WalTesting.Body(index);
                body[3] ^= 0xff;
                WalTesting.Settled(log.AppendAsync(WalTesting.Kind, body, null, CancellationToken.None));
            }
        }

        for (ulong number = 1; number <= 3; number++)
        {
            var disk = WalTesting.Copy(closed);
            Replace(disk, number, other.LiveBytes(WalTesting.FilePath(number)));
            ExpectDamage(disk);

            // Only the records, under the header they do not belong to.
            disk = WalTesting.Copy(closed);
            disk.Damage(WalTesting.FilePath(number), WalFormat.FileHeaderBytes, other.LiveBytes(WalTesting.FilePath(number)).AsSpan(WalFormat.FileHeaderBytes));
            if (number < 3)
                ExpectDamage(disk);
            else
                Assert.Throws<CorruptDataException>(() => WalTesting.ReadAll(disk, knownDurableLsn: 20));
        }
    }

    [Fact]
    public void Open_WithRecordsOfTheSameFileRepeatedOrExchanged_ReportsTheDamage()
    {
        var (closed, log, _) = WalTesting.NewLog(WalTesting.SmallFiles with { FileBytes = 8192 });
        using (log)
        {
            for (int index = 0; index < 10; index++)
                WalTesting.Settled(log.AppendAsync(WalTesting.Kind, new byte[] { 1, 2, 3, (byte)index }, null, CancellationToken.None));
        }

        byte[] bytes = closed.LiveBytes(WalTesting.FilePath(1));
        for (int source = 0; source < 9; source++)
        {
            for (int target = 0; target < 9; target++)
            {
                if (source == target)
                    continue;

                var disk = WalTesting.Copy(closed);
                disk.Damage(WalTesting.FilePath(1), WalFormat.FileHeaderBytes + (target * 48), bytes.AsSpan(WalFormat.FileHeaderBytes + (source * 48), 48));
                ExpectDamage(disk);
            }
        }
    }

    [Fact]
    public void Open_WithAValidRecordThatNamesAnotherPredecessor_DoesNotTakeIt()
    {
        // What a wiped tail looks like when it comes back behind new records: right file, right LSN, another history.
        var (disk, records) = WalTesting.ClosedLog(3);
        string path = WalTesting.FilePath(1);
        long offset = WalTesting.RecordOffsets(disk, 1)[^1] + WalFormat.RecordHeaderBytes;
        byte[] record = new byte[WalFormat.RecordBytes(8)];
        uint seed = WalFileHeader.Read(path, disk.LiveBytes(path)).RecordSeed;
        WalRecordHeader.WriteRecord(record, seed, lsn: 5, durableLsn: 3, WalTesting.Kind, previousCrc: 12345, new byte[8]);
        disk.Damage(path, offset, record);

        var (found, recovery) = WalTesting.ReadAll(disk);
        Assert.Equal(records, found);
        Assert.Equal(5UL, recovery.TornTail!.Lsn);
    }

    [Fact]
    public void Open_WithBodiesFullOfRecordHeaders_TakesNoneOfThemForARecordAndEndsSoon()
    {
        // Headers as an attacker would guess them, each claiming a long body: only the file's UUID is unknown to him.
        byte[] body = new byte[1 << 20];
        for (int at = 0; at + 48 <= body.Length; at += 48)
            WalRecordHeader.WriteRecord(body.AsSpan(at), seed: 0, lsn: (ulong)(at / 48) + 2, durableLsn: (ulong)(at / 48) + 1, WalTesting.Kind, 0, body.AsSpan(at, 8));

        var (closed, log, _) = WalTesting.NewLog(WalTesting.SmallFiles with { FileBytes = 8 << 20 });
        for (int index = 0; index < 6; index++)
            WalTesting.Settled(log.AppendAsync(WalTesting.Kind, body, null, CancellationToken.None));
        var disk = WalTesting.Copy(closed);
        log.Dispose();

        // The last record is torn: everything in its body is looked at.
        disk.FlipBits(WalTesting.FilePath(1), WalTesting.RecordOffsets(disk, 1)[^1] + 8, 1);
        var (records, recovery) = WalTesting.ReadAll(disk);
        Assert.Equal(5, records.Count);
        Assert.NotNull(recovery.TornTail);
    }

    [Fact]
    public void Open_WithAnyByteZeroedToTheEnd_GivesAPrefixOrReportsTheDamage()
    {
        var (closed, log, consumer) = WalTesting.NewLog();
        WalTesting.AppendEach(log, 4);
        var disk = WalTesting.Copy(closed);
        log.Dispose();

        // Not closed: the last record is covered by nothing, so it alone may be taken for a torn tail.
        int length = disk.LiveBytes(WalTesting.FilePath(1)).Length;
        long last = WalTesting.RecordOffsets(disk, 1)[^1];
        for (int from = 0; from < length; from++)
        {
            var cut = WalTesting.Copy(disk);
            cut.Damage(WalTesting.FilePath(1), from, new byte[length - from]);
            try
            {
                var records = WalTesting.ReadAll(cut, knownDurableLsn: 3).Records;
                Assert.True(records.Count >= 3, $"zeros from {from} cost records that were known to be durable");
                Assert.Equal(consumer.Applied.Take(records.Count), records);
            }
            catch (CorruptDataException)
            {
                Assert.True(from < last, $"zeros from {from} cost only what nothing covers");
            }
        }
    }

    private static bool ExpectAllOrUntouched(SimulatedFileSystem disk, IReadOnlyList<StoredRecord> records, string what)
    {
        var before = WalTesting.Contents(disk);
        try
        {
            Assert.Equal(records, WalTesting.ReadAll(disk).Records);
            return true;
        }
        catch (VectorStoreException exception) when (exception is CorruptDataException or UnsupportedFormatVersionException)
        {
            Assert.True(before.OrderBy(file => file.Key).SequenceEqual(WalTesting.Contents(disk).OrderBy(file => file.Key)), what + ": the disk was changed");
            return false;
        }
    }

    private static CorruptDataException ExpectDamage(SimulatedFileSystem disk)
    {
        var before = WalTesting.Contents(disk);
        int calls = disk.MutatingCalls;
        var damage = Assert.Throws<CorruptDataException>(() => WalTesting.ReadAll(disk));
        Assert.Equal(before, WalTesting.Contents(disk));
        Assert.Equal(calls, disk.MutatingCalls);
        return damage;
    }

    private static void Replace(SimulatedFileSystem disk, ulong number, byte[] bytes)
    {
        disk.DamageLength(WalTesting.FilePath(number), bytes.Length);
        disk.Damage(WalTesting.FilePath(number), 0, bytes);
    }
}
