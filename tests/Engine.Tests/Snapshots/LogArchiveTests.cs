using VectorStore.Engine.Simulation;
using VectorStore.Engine.Tests.Collections;

namespace VectorStore.Engine.Tests.Snapshots;

/// <summary>How much of the logs is kept, what is known of it, and when it goes.</summary>
public sealed class LogArchiveTests
{
    private const long FileBytes = 256 * 1024;
    private const long Limit = 4 * FileBytes;
    private readonly SimulatedFileSystem _disk = new(1);
    private readonly WallClock _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task BeyondTheLimit_TheOldestFilesGo_OfWhicheverCollection_AndNoneBetweenTwoThatStay()
    {
        await using var database = await OpenAsync(Limit);
        var one = await database.CreateCollectionAsync("one", TestData.Config());
        var two = await database.CreateCollectionAsync("two", TestData.Config());
        await SealedAsync(one, 1);
        await SealedAsync(two, 2);
        await one.CreateSnapshotAsync("early");
        ulong last = 0;
        for (int seal = 0; seal < 12; seal++)
        {
            if (seal == 10)
                await one.CreateSnapshotAsync("late");

            last = await SealedAsync(seal % 3 == 0 ? two : one, (ulong)seal + 10);
            Assert.InRange(database.GetLogArchive().Bytes, 1, Limit);
        }

        // The last files of both are younger than all that went.
        var files = Archived().GroupBy(path => path[..path.LastIndexOf('/')]).Select(log => log.Select(NumberOf).ToList()).ToList();
        Assert.Equal(2, files.Count);
        Assert.Equal(4, files.Sum(numbers => numbers.Count));
        Assert.All(files, numbers => Assert.Equal(Enumerable.Range(numbers[0], numbers.Count), numbers));

        var ranges = database.GetLogArchive("one").Ranges;
        Assert.Equal([("early", true), ("late", false)], ranges.Select(range => (range.SnapshotName, range.IsCut)));
        Assert.Equal(ranges[0].FirstLsn, ranges[0].LastLsn);
        Assert.Equal(last, ranges[1].LastLsn);
        await Assert.ThrowsAsync<InvalidRequestException>(() => database.RestoreSnapshotToAsync("one", "early", RestorePoint.Newest, "copy"));
        Assert.Equal(last, (await database.RestoreSnapshotToAsync("one", "late", RestorePoint.Newest, "copy")).Lsn);
    }

    [Fact]
    public async Task Ranges_SayWhatCanBeRestored()
    {
        await using var database = await OpenAsync(limit: null);
        Assert.Empty(database.GetLogArchive().Ranges);
        var collection = await database.CreateCollectionAsync("points", TestData.Config());
        await SealedAsync(collection, 1);
        var made = await collection.CreateSnapshotAsync("base");
        ulong last = 0;
        for (int seal = 0; seal < 4; seal++)
            last = await SealedAsync(collection, (ulong)seal + 10);

        var written = _clock.Now;
        var status = database.GetLogArchive();
        Assert.Null(status.BytesMax);
        Assert.Equal(((TimeSpan?)TimeSpan.FromDays(1), Archived().Count), (status.KeepTime, status.Files));
        Assert.Equal(Archived().Sum(path => (long)_disk.LiveBytes(path).Length), status.Bytes);
        var range = Assert.Single(status.Ranges);
        Assert.Equal(("points", "base", made.Lsn, made.CreatedAt, last, (DateTimeOffset?)written, false), (range.CollectionName, range.SnapshotName, range.FirstLsn, range.FirstTime, range.LastLsn, range.LastTime, range.IsCut));
        Assert.Equal(range.LastLsn, (await database.RestoreSnapshotToAsync("points", "base", RestorePoint.AtLsn(range.LastLsn), "copy")).Lsn);
        await Assert.ThrowsAsync<InvalidRequestException>(() => database.RestoreSnapshotToAsync("points", "base", RestorePoint.AtLsn(range.LastLsn + 1), "copy", replace: true));

        // Of a collection that is gone, too; and of a snapshot from elsewhere, nothing but itself.
        await database.DeleteCollectionAsync("points");
        Assert.Equal((last, (DateTimeOffset?)written), (database.GetLogArchive("points").Ranges[0].LastLsn, database.GetLogArchive("points").Ranges[0].LastTime));
        using var archive = new MemoryStream();
        await database.ExportSnapshotAsync("points", "base", archive);
        archive.Position = 0;
        await using var other = await OpenAsync(limit: null, new SimulatedFileSystem(2));
        await other.ImportSnapshotAsync("points", archive);
        range = Assert.Single(other.GetLogArchive().Ranges);
        Assert.Equal((made.Lsn, made.Lsn, (DateTimeOffset?)null, false), (range.FirstLsn, range.LastLsn, range.LastTime, range.IsCut));

        _disk.FlipBits("/data/snapshots/points/base/SNAPSHOT", 30, 1);
        Assert.NotNull(Assert.Single(database.GetLogArchive().Ranges).Problem);
        Assert.Throws<InvalidRequestException>(() => database.GetLogArchive("../x"));
    }

    [Fact]
    public async Task TheDirectoryRemembers_HowManyBytesLogsMayTake()
    {
        await (await OpenAsync(Limit)).DisposeAsync();
        await using (var database = await OpenAsync(limit: null))
            Assert.Equal(Limit, database.GetLogArchive().BytesMax);

        await using (var database = await OpenAsync(limit: 0))
            Assert.Null(database.GetLogArchive().BytesMax);

        await using (var database = await OpenAsync(limit: null))
            Assert.Null(database.GetLogArchive().BytesMax);

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => OpenAsync(limit: 1_000));
        Assert.Contains("1048576", refused.Message, StringComparison.Ordinal);
        Assert.Contains("1000", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Its log was written before logs were kept, so no record tells the time; it would have stayed for good.</summary>
    [Fact]
    public async Task ArchiveOfADeletedCollection_WithoutAClock_GoesOnceItIsOld()
    {
        ulong last;
        await using (var database = await OpenAsync(limit: null, keep: null))
        {
            var collection = await database.CreateCollectionAsync("points", TestData.Config());
            await SealedAsync(collection, 1);
            await collection.CreateSnapshotAsync("base");
            last = await WriteAsync(collection, 2);
        }

        await using (var database = await OpenAsync(limit: null))
            await database.DeleteCollectionAsync("points");

        _clock.Now += TimeSpan.FromHours(23);
        await using (var database = await OpenAsync(limit: null))
            Assert.Equal(last, (await database.RestoreSnapshotToAsync("points", "base", RestorePoint.AtLsn(last), "copy")).Lsn);

        Assert.NotEmpty(Archived());
        _clock.Now += TimeSpan.FromHours(2);
        await (await OpenAsync(limit: null)).DisposeAsync();
        Assert.Empty(Archived());
        Assert.Empty(_disk.ListDirectories("/data/log-archive"));

        // What nobody knows of any more is not made up: the snapshot itself is not the moment.
        await using (var database = await OpenAsync(limit: null))
        {
            foreach (var point in (RestorePoint[])[RestorePoint.AtLsn(last), RestorePoint.AtTime(_clock.Now), RestorePoint.Newest])
            {
                var gone = await Assert.ThrowsAsync<InvalidRequestException>(() => database.RestoreSnapshotToAsync("points", "base", point, "later"));
                Assert.Equal(ErrorReason.OutOfRange, gone.Reason);
                Assert.Contains("only the snapshot itself can be restored", gone.Message, StringComparison.Ordinal);
            }

            Assert.Equal(["copy"], database.ListCollections().Select(info => info.Name));
            ulong own = database.GetSnapshot("points", "base").Lsn;
            Assert.Equal(own, (await database.RestoreSnapshotToAsync("points", "base", RestorePoint.AtLsn(own), "itself")).Lsn);
        }
    }

    /// <summary>It counts from when the collection was found to be gone, and no longer once it is there.</summary>
    [Fact]
    public async Task ArchiveOfAQuarantinedCollection_StaysForTheTime_AndWhenItIsWellAgain()
    {
        await using (var database = await OpenAsync(limit: null))
        {
            var collection = await database.CreateCollectionAsync("points", TestData.Config());
            await SealedAsync(collection, 1);
            await SealedAsync(collection, 2);
        }

        string current = _disk.AllFiles().Single(path => path.Contains("/collections/points~", StringComparison.Ordinal) && path.EndsWith("/CURRENT", StringComparison.Ordinal));
        _disk.FlipBits(current, 0, 1);
        await (await OpenAsync(limit: null)).DisposeAsync();
        Assert.Contains(_disk.AllFiles(), path => path.EndsWith("/GONE", StringComparison.Ordinal));
        _disk.FlipBits(current, 0, 1);
        await (await OpenAsync(limit: null)).DisposeAsync();
        Assert.DoesNotContain(_disk.AllFiles(), path => path.EndsWith("/GONE", StringComparison.Ordinal));
        Assert.NotEmpty(Archived());
    }

    /// <summary>After a crash at any call of pruning, what is left of each log has no gap, and what ranges promise is restored.</summary>
    [Fact]
    public async Task CrashWhilePruning_LeavesNoGap()
    {
        for (int call = 1; ; call += 7)
        {
            Assert.InRange(call, 1, 2_000);
            var disk = new SimulatedFileSystem(call);
            bool isDone = false;
            try
            {
                await using var database = await OpenAsync(Limit, disk);
                var one = await database.CreateCollectionAsync("one", TestData.Config());
                var two = await database.CreateCollectionAsync("two", TestData.Config());
                await SealedAsync(one, 1);
                await one.CreateSnapshotAsync("base");
                for (int seal = 0; seal < 3; seal++)
                    await SealedAsync(two, (ulong)seal + 10);

                disk.CrashAtCall(disk.MutatingCalls + call);
                await SealedAsync(one, 2);
                await SealedAsync(one, 3);
                isDone = true;
            }
            catch (Exception) when (disk.HasCrashed)
            {
                // As planned.
            }

            await using (var database = await OpenAsync(Limit, disk.Crash(call)))
            {
                var range = Assert.Single(database.GetLogArchive("one").Ranges);
                var moment = RestorePoint.AtLsn(range.LastLsn);
                Assert.Equal(range.LastLsn, (await database.RestoreSnapshotToAsync("one", "base", moment, "copy")).Lsn);
                if (!range.IsCut)
                    Assert.Equal(range.LastLsn, (await database.RestoreSnapshotToAsync("one", "base", RestorePoint.Newest, "copy", replace: true)).Lsn);
            }

            if (isDone)
                return;
        }
    }

    private List<string> Archived() => [.. _disk.AllFiles().Where(path => path.StartsWith("/data/log-archive/", StringComparison.Ordinal) && path.EndsWith(".wal", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static int NumberOf(string path) => int.Parse(path[(path.LastIndexOf('/') + 1)..].Split('.')[0], System.Globalization.CultureInfo.InvariantCulture);

    private async Task<ulong> WriteAsync(Collection collection, ulong id)
    {
        _clock.Now += TimeSpan.FromSeconds(1);
        return (await collection.UpsertAsync([new Point(id, TestData.Vector(new Random((int)id)))])).Lsn;
    }

    /// <summary>Writes a point and seals, which moves a file of the log into the archive.</summary>
    private async Task<ulong> SealedAsync(Collection collection, ulong id)
    {
        ulong lsn = await WriteAsync(collection, id);
        await collection.SealAsync();
        return lsn;
    }

    private Task<VectorDatabase> OpenAsync(long? limit, SimulatedFileSystem? disk = null) => OpenAsync(limit, TimeSpan.FromDays(1), disk);

    private Task<VectorDatabase> OpenAsync(long? limit, TimeSpan? keep, SimulatedFileSystem? disk = null) => VectorDatabase.OpenAsync("/data", TestData.QuietOptions() with
    {
        FileSystem = disk ?? _disk,
        LogArchiveTime = keep,
        LogArchiveBytesMax = limit,
        TimeProvider = _clock,
        BallastBytes = 0,
        WalFileBytes = FileBytes,
        ScrubPassTime = Timeout.InfiniteTimeSpan,
    });
}
