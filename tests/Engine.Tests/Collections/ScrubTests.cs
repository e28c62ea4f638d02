using VectorStore.Engine.Collections;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Tests.Wal;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>Reading all sealed files in the background: damage turns the collection red and is named, pauses hold, a restart goes on.</summary>
public sealed class ScrubTests
{
    // For whatever has to happen sooner or later: the machine may be busy.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    // The scrubber begins, and goes on, only as a test moves the time.
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Scrub_OfSoundFiles_EndsAPassAndRemembersIt()
    {
        var disk = new SimulatedFileSystem(1);
        await using (var database = await OpenAsync(disk))
        {
            await FillAsync(database);
            var status = await UntilAsync(database, status => status.LastFullPass is not null);
            Assert.Equal(ScrubState.Waiting, status.State);
            Assert.Empty(status.Damages);
            Assert.True(status.BytesTotal > 0 && status.PassStarted <= status.LastFullPass);
        }

        // The next is due in days: this process waits for it, and knows of the last.
        int opened = disk.CountCalls(FileCallKind.Open);
        await using var again = await OpenAsync(disk);
        var known = again.GetScrubStatus();
        Assert.Equal(ScrubState.Waiting, known.State);
        Assert.NotNull(known.LastFullPass);
        Assert.True(disk.CountCalls(FileCallKind.Open) > opened);
    }

    [Theory]
    [InlineData("/codes-00.seg")]
    [InlineData("/vectors-00.seg")]
    [InlineData("/payloads.seg")]
    public async Task Scrub_ThatFindsDamage_NamesItTurnsTheCollectionRedAndServesOn(string ending)
    {
        var disk = new SimulatedFileSystem(1);
        var log = new List<string>();
        await using var database = await OpenAsync(disk, log);
        var other = await database.CreateCollectionAsync("other", TestData.Config());
        var collection = await FillAsync(database);
        string path = disk.AllFiles().First(file => file.EndsWith(ending, StringComparison.Ordinal));
        disk.FlipBits(path, 100, 1);

        var status = await UntilAsync(database, status => status.Damages.Count > 0);
        Assert.Equal((path, 0L), (status.Damages[0].File, status.Damages[0].OffsetBytes));
        await UntilAsync(database, _ => collection.GetInfo().Health == CollectionHealth.Red);
        var info = collection.GetInfo();
        Assert.Equal(path, info.Damage!.File);
        Assert.Contains(path, info.Problem);
        Assert.NotEqual(CollectionHealth.Red, other.GetInfo().Health);
        lock (log)
            Assert.Contains(log, line => line.Contains(path, StringComparison.Ordinal));

        // Serves on, and does not give damaged originals checksums that fit.
        await collection.UpsertAsync([new Point(1_000, TestData.Vector(new Random(1)))]);
        Assert.Equal(201, await collection.CountAsync());
        await collection.SealAsync();
        await collection.OptimizeAsync();
        Assert.Equal(2, collection.GetInfo().Segments);
        Assert.True(disk.FileExists(path));
    }

    [Fact]
    public async Task Scrub_WhilePaused_ReadsNothing_AndGoesOnWhereItWasAfterARestart()
    {
        var disk = new SimulatedFileSystem(1);
        await using (var database = await OpenAsync(disk))
        {
            await FillAsync(database);
            Assert.Equal(ScrubState.Waiting, database.GetScrubStatus().State);
            database.PauseScrub();
            database.PauseScrub();
            Assert.Equal(ScrubState.Paused, database.GetScrubStatus().State);
            for (int second = 0; second < 200; second++)
                _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Null(database.GetScrubStatus().LastFullPass);
            Assert.Equal(0, database.GetScrubStatus().BytesRead);
            database.ResumeScrub();
            await UntilAsync(database, status => status.LastFullPass is not null);
        }

        // A pass that was interrupted behind all but the last file.
        string last = disk.AllFiles().Where(file => file.Contains("/segments/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Last()["/data/collections/".Length..];
        string before = disk.AllFiles().Where(file => file.Contains("/segments/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).SkipLast(1).Last()["/data/collections/".Length..];
        long started = TimeProvider.System.GetUtcNow().AddDays(-1).ToUnixTimeMilliseconds();
        new ScrubRecord(started, before, 3, 4).Write(disk, "/data");
        await using var again = await OpenAsync(disk);
        var status = await UntilAsync(again, status => status.LastFullPass > DateTimeOffset.FromUnixTimeMilliseconds(4));
        Assert.EndsWith(last, status.File);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(started), status.PassStarted);
    }

    [Fact]
    public async Task ScrubRecord_ThatIsDamaged_IsForgotten()
    {
        var disk = new SimulatedFileSystem(1);
        disk.CreateDirectory("/data");
        var record = new ScrubRecord(5, "a/b", 3, 4);
        record.Write(disk, "/data");
        Assert.Equal(record, ScrubRecord.Read(disk, "/data"));
        for (int position = 0; position < disk.LiveBytes("/data/SCRUB").Length; position++)
        {
            disk.FlipBits("/data/SCRUB", position, 1);
            Assert.Equal(ScrubRecord.Empty, ScrubRecord.Read(disk, "/data"));
            disk.FlipBits("/data/SCRUB", position, 1);
        }

        await using var database = await OpenAsync(disk);
        Assert.NotNull(database.GetScrubStatus().LastFullPass);
    }

    [Fact]
    public async Task Scrub_ThatIsSwitchedOff_SaysSo_AndOptionsOutsideTheirRangeAreRefused()
    {
        var options = TestData.QuietOptions() with { FileSystem = new SimulatedFileSystem(1) };
        await using var database = await VectorDatabase.OpenAsync("/data", options with { ScrubPassTime = Timeout.InfiniteTimeSpan });
        Assert.Equal(ScrubState.Off, database.GetScrubStatus().State);
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => VectorDatabase.OpenAsync("/other", options with { ScrubPassTime = TimeSpan.FromSeconds(59) }));
        Assert.Equal("options.scrubPassTime", refused.Field);
        refused = await Assert.ThrowsAsync<InvalidRequestException>(() => VectorDatabase.OpenAsync("/other", options with { ScrubBytesPerSecondMax = 262_143 }));
        Assert.Equal("options.scrubBytesPerSecondMax", refused.Field);
    }

    private Task<VectorDatabase> OpenAsync(SimulatedFileSystem disk, List<string>? log = null) =>
        VectorDatabase.OpenAsync("/data", TestData.QuietOptions() with { FileSystem = disk, TimeProvider = _time, Log = line => Add(log, line) });

    private static void Add(List<string>? log, string line)
    {
        if (log is null)
            return;

        lock (log)
            log.Add(line);
    }

    private static async Task<Collection> FillAsync(VectorDatabase database)
    {
        var collection = await database.CreateCollectionAsync("points", TestData.Config(fullScanThreshold: 50));
        await collection.UpsertAsync([.. Enumerable.Range(0, 200).Select(id => new Point((ulong)id, TestData.Vector(new Random(id)), TestData.Payload(1, id)))]);
        await collection.SealAsync();
        return collection;
    }

    private async Task<ScrubStatus> UntilAsync(VectorDatabase database, Func<ScrubStatus, bool> isReached)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var status = database.GetScrubStatus();
            if (isReached(status))
                return status;

            Assert.True(TimeProvider.System.GetElapsedTime(start) < s_patience, $"{status}");
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }
    }
}
