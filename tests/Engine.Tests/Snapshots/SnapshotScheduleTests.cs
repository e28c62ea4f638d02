using System.Text;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Snapshots;
using VectorStore.Engine.Tests.Collections;
using VectorStore.Engine.Tests.Wal;

namespace VectorStore.Engine.Tests.Snapshots;

/// <summary>Snapshots that are made by themselves. Time stands still until a test moves it.</summary>
public sealed class SnapshotScheduleTests
{
    private static readonly TimeSpan s_every = TimeSpan.FromHours(6);

    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _log = [];
    private SimulatedFileSystem _disk = new(1);

    private static SnapshotSchedule Schedule => new() { CollectionName = "points", Every = s_every, Keep = 2 };

    [Fact]
    public async Task Set_MakesTheFirstAtOnce_ThenOneAfterEachTime_AndKeepsTheNewestOfItsOwn()
    {
        await using var database = await OpenAsync();
        var (collection, model) = await SnapshotTests.FilledAsync(database);
        await collection.CreateSnapshotAsync("mine");
        var set = await database.SetSnapshotScheduleAsync(Schedule);
        Assert.Equal((_time.GetUtcNow(), null, 0), (set.NextRun, set.LastRun, set.Snapshots.Count));

        await database.RunDueSnapshotsAsync();
        Assert.Equal(["mine", "scheduled-20261122T060000Z"], Names(database));
        _time.Advance(s_every - TimeSpan.FromSeconds(1));
        await database.RunDueSnapshotsAsync();
        Assert.Equal(2, Names(database).Count);

        // Named as its own are, and made by somebody else.
        await collection.CreateSnapshotAsync("scheduled-20261121T060000Z");
        _time.Advance(TimeSpan.FromSeconds(1));
        await database.RunDueSnapshotsAsync();
        _time.Advance(s_every);
        await database.RunDueSnapshotsAsync();
        Assert.Equal(["mine", "scheduled-20261121T060000Z", "scheduled-20261122T120000Z", "scheduled-20261122T180000Z"], Names(database));

        var status = Assert.Single(database.ListSnapshotSchedules());
        Assert.Equal(Schedule, status.Schedule);
        Assert.Equal((_time.GetUtcNow(), _time.GetUtcNow() + s_every), (status.LastRun, status.NextRun));
        Assert.Equal(("scheduled-20261122T180000Z", null, null, false, false), (status.LastSnapshot, status.LastError, status.LastErrorTime, status.IsFailing, status.IsRunning));
        Assert.Equal(["scheduled-20261122T120000Z", "scheduled-20261122T180000Z"], status.Snapshots);
        await model.AssertSameAsync(await database.RestoreSnapshotAsync("points", "scheduled-20261122T180000Z", "copy"), new Random(1), "restored");
    }

    [Fact]
    public async Task Snapshot_ThatSomebodyReplaced_IsNotRemoved_AndDoesNotCount()
    {
        await using var database = await OpenAsync();
        var (collection, _) = await SnapshotTests.FilledAsync(database);
        await database.SetSnapshotScheduleAsync(Schedule with { Keep = 1 });
        await database.RunDueSnapshotsAsync();
        string first = Assert.Single(Names(database));
        await database.DeleteSnapshotAsync("points", first);
        await collection.DeleteAsync([1UL]);
        var replaced = await collection.CreateSnapshotAsync(first);

        for (int run = 0; run < 3; run++)
        {
            _time.Advance(s_every);
            await database.RunDueSnapshotsAsync();
        }

        Assert.Equal([first, "scheduled-20261123T000000Z"], Names(database));
        Assert.Equal(replaced.Checksum, database.GetSnapshot("points", first).Checksum);
        Assert.Equal("scheduled-20261123T000000Z", Assert.Single(database.ListSnapshotSchedules()[0].Snapshots));
    }

    [Fact]
    public async Task Missed_Times_AreMadeUpOnce_AfterPowerLoss()
    {
        await using (var database = await OpenAsync())
        {
            await SnapshotTests.FilledAsync(database);
            await database.SetSnapshotScheduleAsync(Schedule);
            await database.RunDueSnapshotsAsync();
        }

        _disk = _disk.Crash();
        _time.Advance((10 * s_every) + TimeSpan.FromHours(1));
        await using (var database = await OpenAsync())
        {
            await database.RunDueSnapshotsAsync();
            await database.RunDueSnapshotsAsync();
            Assert.Equal(["scheduled-20261122T060000Z", "scheduled-20261124T190000Z"], Names(database));
            Assert.Equal(_time.GetUtcNow() + s_every, database.ListSnapshotSchedules()[0].NextRun);
        }
    }

    [Fact]
    public async Task Failure_IsTold_TriedAgainSoon_AndRemembered()
    {
        await using (var database = await OpenAsync())
        {
            await SnapshotTests.FilledAsync(database);
            await database.SetSnapshotScheduleAsync(Schedule);
            await database.DeleteCollectionAsync("points");
            await database.RunDueSnapshotsAsync();
            var failed = Assert.Single(database.ListSnapshotSchedules());
            Assert.Equal((true, "there is no collection 'points'", _time.GetUtcNow(), _time.GetUtcNow()), (failed.IsFailing, failed.LastError, failed.LastErrorTime, failed.LastRun));
            Assert.Equal(_time.GetUtcNow() + TimeSpan.FromMinutes(10), failed.NextRun);
            Assert.Contains(_log, line => line.Contains("there is no collection 'points'", StringComparison.Ordinal));
        }

        await using (var database = await OpenAsync())
        {
            Assert.True(Assert.Single(database.ListSnapshotSchedules()).IsFailing);
            await database.RunDueSnapshotsAsync();
            Assert.Equal(_time.GetUtcNow(), database.ListSnapshotSchedules()[0].LastRun);

            await SnapshotTests.FilledAsync(database);
            _time.Advance(TimeSpan.FromMinutes(10));
            await database.RunDueSnapshotsAsync();
            var well = Assert.Single(database.ListSnapshotSchedules());
            Assert.Equal((false, "there is no collection 'points'", "scheduled-20261122T061000Z"), (well.IsFailing, well.LastError, well.LastSnapshot));
            Assert.Equal(_time.GetUtcNow() + s_every, well.NextRun);
        }
    }

    /// <summary>With the bug in, the same check fails: a disk that forgets what was not synced is no disk that a test may do without.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Set_IsDurableWhenItReturns_AndIsNotWithoutItsSync(bool isPlanted)
    {
        if (isPlanted)
            _disk.IgnoreDirectorySync(path => path == "/data");

        int kept = 0;
        var database = await OpenAsync();
        await SnapshotTests.FilledAsync(database);
        await database.SetSnapshotScheduleAsync(Schedule);
        for (int fate = 0; fate < 20; fate++)
        {
            var after = _disk.Crash(fate);
            kept += after.FileExists("/data/SCHEDULES") && ScheduleFile.Read(after, "/data").Count == 1 ? 1 : 0;
        }

        // Its disk is gone: however it ends.
        await Record.ExceptionAsync(async () => await database.DisposeAsync());
        Assert.Equal(!isPlanted, kept == 20);
    }

    /// <summary>What a schedule cannot note, it does not make: nobody would ever remove it.</summary>
    [Fact]
    public async Task Disk_ThatTakesNoNote_GetsNoSnapshot_AndIsNotAskedAgainAtOnce()
    {
        await using var database = await OpenAsync();
        await SnapshotTests.FilledAsync(database);
        await database.SetSnapshotScheduleAsync(Schedule);
        _disk.FailWhen(call => call.IsMutating && call.Path.Contains("/SCHEDULES", StringComparison.Ordinal), StorageException.ErrnoNoSpace, FaultMode.Persistent);
        await database.RunDueSnapshotsAsync();
        await database.RunDueSnapshotsAsync();
        _disk.ClearFaults();
        Assert.Empty(Names(database));
        var failed = database.ListSnapshotSchedules()[0];
        Assert.True(failed.IsFailing);
        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromMinutes(10), failed.NextRun);

        _time.Advance(TimeSpan.FromMinutes(10));
        await database.RunDueSnapshotsAsync();
        Assert.Single(Names(database));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_ThatACrashInterrupted_IsKnownByWhatThereIs(bool wasFinished)
    {
        await using (var database = await OpenAsync())
        {
            var (collection, _) = await SnapshotTests.FilledAsync(database);
            await database.SetSnapshotScheduleAsync(Schedule with { Keep = 1 });
            if (wasFinished)
                await collection.CreateSnapshotAsync("scheduled-x");
        }

        // As it stood between the note before and the note after.
        var entry = Assert.Single(ScheduleFile.Read(_disk, "/data"));
        ScheduleFile.Write(_disk, "/data", [entry with { LastRunMs = _time.GetUtcNow().ToUnixTimeMilliseconds(), Pending = "scheduled-x" }]);
        await using (var database = await OpenAsync())
        {
            var found = Assert.Single(database.ListSnapshotSchedules());
            Assert.Equal((!wasFinished, wasFinished ? 1 : 0), (found.IsFailing, found.Snapshots.Count));
            Assert.Equal(wasFinished ? null : "snapshot 'scheduled-x' was not finished: the database was closed, or its process ended", found.LastError);
            Assert.Equal(_time.GetUtcNow() + (wasFinished ? s_every : TimeSpan.FromMinutes(10)), found.NextRun);
            _time.Advance(s_every);
            await database.RunDueSnapshotsAsync();
            Assert.Equal("scheduled-20261122T120000Z", Assert.Single(Names(database)));
        }
    }

    [Fact]
    public async Task Clock_ThatWasSetBack_DoesNotStopIt()
    {
        await using var database = await OpenAsync();
        await SnapshotTests.FilledAsync(database);
        await database.SetSnapshotScheduleAsync(Schedule);
        await database.RunDueSnapshotsAsync();
        _time.Start -= TimeSpan.FromDays(3_650);
        await database.RunDueSnapshotsAsync();
        Assert.Equal(2, Names(database).Count);
        Assert.Equal(_time.GetUtcNow() + s_every, database.ListSnapshotSchedules()[0].NextRun);
    }

    [Fact]
    public async Task Set_Again_ChangesIt_AndKeepsWhatItMade_RemoveForgetsIt()
    {
        await using var database = await OpenAsync();
        await SnapshotTests.FilledAsync(database);
        await database.SetSnapshotScheduleAsync(Schedule);
        await database.RunDueSnapshotsAsync();
        var changed = await database.SetSnapshotScheduleAsync(Schedule with { Every = TimeSpan.FromMinutes(1), Keep = 1, Prefix = "minutely" });
        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromMinutes(1), changed.NextRun);
        Assert.Single(changed.Snapshots);
        _time.Advance(TimeSpan.FromMinutes(1));
        await database.RunDueSnapshotsAsync();
        Assert.Equal("minutely-20261122T060100Z", Assert.Single(Names(database)));

        await database.RemoveSnapshotScheduleAsync("points");
        Assert.Empty(database.ListSnapshotSchedules());
        _time.Advance(s_every);
        await database.RunDueSnapshotsAsync();
        Assert.Single(Names(database));
        var none = await Assert.ThrowsAsync<DatabaseStateException>(() => database.RemoveSnapshotScheduleAsync("points"));
        Assert.Equal((ErrorReason.ScheduleNotFound, "there is no schedule of snapshots of collection 'points'"), (none.Reason, none.Message));
    }

    [Fact]
    public async Task Schedule_OfTheWholeDatabase_MakesThoseOfAllCollections()
    {
        await using var database = await OpenAsync();
        await SnapshotTests.FilledAsync(database);
        await database.CreateCollectionAsync("more", TestData.Config());
        await database.SetSnapshotScheduleAsync(Schedule with { CollectionName = VectorDatabase.WholeDatabase });
        await database.SetSnapshotScheduleAsync(Schedule);
        Assert.Equal(["*", "points"], database.ListSnapshotSchedules().Select(status => status.Schedule.CollectionName));
        for (int run = 0; run < 3; run++)
        {
            await database.RunDueSnapshotsAsync();
            _time.Advance(s_every);
        }

        Assert.Equal(2, Names(database).Count);
        var all = database.ListSnapshots(VectorDatabase.WholeDatabase);
        Assert.Equal(["scheduled-20261122T120000Z", "scheduled-20261122T180000Z"], all.Select(info => info.Name));
        Assert.Equal(["more", "points"], all[0].Collections.Select(member => member.CollectionName));
    }

    /// <summary>Nobody calls anything: the database's own loop does. Time goes on while it works, however slow the machine is, so there may be more than the two that are waited for.</summary>
    [Fact]
    public async Task Database_MakesThemByItself_WhenTheTimeHasCome()
    {
        int before;
        await using (var database = await OpenAsync(runs: true))
        {
            await SnapshotTests.FilledAsync(database);
            await database.SetSnapshotScheduleAsync(Schedule with { Keep = SnapshotSchedule.KeepMax });
            await UntilAsync(() => Names(database).Count == 1);
            await UntilTimeGoesAsync(() => Names(database).Count > 1);
            Assert.Equal("scheduled-20261122T060000Z", Names(database)[0]);
        }

        await using (var database = await OpenAsync())
            before = Names(database).Count;

        _time.Advance(s_every);
        await using (var database = await OpenAsync(runs: true))
            await UntilAsync(() => database.ListSnapshotSchedules()[0].LastRun == _time.GetUtcNow() && Names(database).Count > before);
    }

    [Fact]
    public async Task File_ThatIsDamaged_IsNamed_AndTheDatabaseServes()
    {
        await using (var database = await OpenAsync())
        {
            await SnapshotTests.FilledAsync(database);
            await database.SetSnapshotScheduleAsync(Schedule);
        }

        byte[] bytes = _disk.LiveBytes("/data/SCHEDULES");
        for (int offset = 0; offset < bytes.Length; offset++)
        {
            _disk.FlipBits("/data/SCHEDULES", offset, 1);
            Assert.Throws<CorruptDataException>(() => ScheduleFile.Read(_disk, "/data"));
            _disk.FlipBits("/data/SCHEDULES", offset, 1);
        }

        _disk.FlipBits("/data/SCHEDULES", 10, 4);
        await using (var database = await OpenAsync(runs: true))
        {
            Assert.Equal("/data/SCHEDULES", Assert.Throws<CorruptDataException>(database.ListSnapshotSchedules).File);
            await Assert.ThrowsAsync<CorruptDataException>(() => database.SetSnapshotScheduleAsync(Schedule));
            Assert.Equal(58, await database.GetCollection("points").CountAsync());
            Assert.Contains(_log, line => line.Contains("/data/SCHEDULES", StringComparison.Ordinal));

            // Whoever removes it begins anew.
            _disk.DeleteFile("/data/SCHEDULES");
            Assert.Empty(database.ListSnapshotSchedules());
        }
    }

    /// <summary>Freezes the bytes of docs/format/snapshot-schedules.md.</summary>
    [Fact]
    public async Task File_HasThisText()
    {
        await using (var database = await OpenAsync())
        {
            await SnapshotTests.FilledAsync(database);
            await database.SetSnapshotScheduleAsync(Schedule);
            await database.RunDueSnapshotsAsync();
            string checksum = database.GetSnapshot("points", "scheduled-20261122T060000Z").Checksum;
            string text = Encoding.ASCII.GetString(_disk.LiveBytes("/data/SCHEDULES"));
            Assert.Equal(
                $$"""{"version":1,"schedules":[{"collectionName":"points","everyMs":21600000,"keep":2,"prefix":"scheduled","setMs":1795327200000,"lastRunMs":1795327200000,"lastSnapshot":"scheduled-20261122T060000Z","lastError":"","lastErrorMs":0,"isFailing":false,"pending":"","made":[{"name":"scheduled-20261122T060000Z","checksum":"{{checksum}}"}]}]}""",
                text[..^10]);
            Assert.Equal($" {Crc32C.Compute(Encoding.ASCII.GetBytes(text[..^10])):x8}\n", text[^10..]);
        }

        var newer = Assert.Throws<UnsupportedFormatVersionException>(() => ReadText("""{"version":2,"anything":[]}"""));
        Assert.Equal((2u, 1u), (newer.VersionFound, newer.VersionMax));
        foreach (string wrong in (string[])[
            "null", "[]", "{}", """{"version":0,"schedules":[]}""", """{"version":1,"schedules":null}""", """{"version":1,"schedules":[null]}""", """{"version":1,"schedules":[],"more":1}""",
            """{"version":"1","schedules":[]}""", """{"version":1,"schedules":[{"collectionName":"c","everyMs":0,"keep":1,"prefix":"p","setMs":0}]}""",
            """{"version":1,"schedules":[{"collectionName":"c","everyMs":60000,"keep":0,"prefix":"p","setMs":0}]}""",
            """{"version":1,"schedules":[{"collectionName":"c","everyMs":60000,"keep":1,"prefix":"p","setMs":9223372036854775807}]}""",
            """{"version":1,"schedules":[{"collectionName":"c","everyMs":60000,"keep":1,"prefix":"p","setMs":0,"made":[null]}]}""",
        ])
            Assert.Throws<CorruptDataException>(() => ReadText(wrong));
    }

    [Fact]
    public async Task Set_OfWhatCannotBe_IsRefused()
    {
        await using var database = await OpenAsync();
        await SnapshotTests.FilledAsync(database);
        await CheckAsync(ErrorReason.OutOfRange, Schedule with { Every = TimeSpan.FromSeconds(59) });
        await CheckAsync(ErrorReason.OutOfRange, Schedule with { Every = TimeSpan.FromDays(367) });
        await CheckAsync(ErrorReason.OutOfRange, Schedule with { Keep = 0 });
        await CheckAsync(ErrorReason.OutOfRange, Schedule with { Keep = 1_001 });
        await CheckAsync(ErrorReason.InvalidName, Schedule with { Prefix = "" });
        await CheckAsync(ErrorReason.InvalidName, Schedule with { Prefix = ".p" });
        await CheckAsync(ErrorReason.InvalidName, Schedule with { Prefix = new string('p', 65) });
        await CheckAsync(ErrorReason.InvalidName, Schedule with { CollectionName = "a b" });
        Assert.Equal(ErrorReason.CollectionNotFound, (await Assert.ThrowsAsync<DatabaseStateException>(() => database.SetSnapshotScheduleAsync(Schedule with { CollectionName = "nobody" }))).Reason);
        Assert.Empty(database.ListSnapshotSchedules());
        Assert.False(_disk.FileExists("/data/SCHEDULES"));

        async Task CheckAsync(ErrorReason reason, SnapshotSchedule schedule) =>
            Assert.Equal(reason, (await Assert.ThrowsAsync<InvalidRequestException>(() => database.SetSnapshotScheduleAsync(schedule))).Reason);
    }

    private static IReadOnlyList<ScheduleEntry> ReadText(string text)
    {
        var disk = new SimulatedFileSystem();
        disk.CreateDirectory("/d");
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        using (var file = disk.CreateFile("/d/SCHEDULES"))
            file.Write([.. bytes, .. Encoding.ASCII.GetBytes($" {Crc32C.Compute(bytes):x8}\n")], 0);

        return ScheduleFile.Read(disk, "/d");
    }

    private static List<string> Names(VectorDatabase database) => [.. database.ListSnapshots("points").Select(info => info.Name)];

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (int look = 0; look < 3_000 && !isSo(); look++)
            await Task.Delay(10);

        Assert.True(isSo());
    }

    /// <summary>The loop may not have begun to wait when time is moved first.</summary>
    private Task UntilTimeGoesAsync(Func<bool> isSo) => UntilAsync(() =>
    {
        if (isSo())
            return true;

        _time.Advance(TimeSpan.FromHours(1));
        return false;
    });

    private Task<VectorDatabase> OpenAsync(bool runs = false) => VectorDatabase.OpenAsync(
        "/data",
        TestData.QuietOptions() with
        {
            FileSystem = _disk,
            TimeProvider = _time,
            RunsSnapshotSchedules = runs,
            BallastBytes = 0,
            ScrubPassTime = Timeout.InfiniteTimeSpan,
            Log = line =>
            {
                lock (_log)
                    _log.Add(line);
            },
        });
}
