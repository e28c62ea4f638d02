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

    [Fact]
    public async Task Run_ReadsEverythingNow_PausedOrNot_AndCountsAsThePass()
    {
        var disk = new SimulatedFileSystem(1);
        await using var database = await OpenAsync(disk);
        await FillAsync(database);
        database.PauseScrub();
        var report = await RunAsync(database);
        var status = database.GetScrubStatus();
        Assert.Empty(report.Damages);
        Assert.Equal(disk.AllFiles().Count(file => file.Contains("/segments/", StringComparison.Ordinal)), report.FilesRead);
        Assert.True(report.BytesRead > 0 && report.Started <= report.Finished);
        Assert.Equal((ScrubState.Paused, report.Started, report.Finished), (status.State, status.PassStarted!.Value, status.LastFullPass!.Value));
        Assert.Equal((0L, 0L), (status.BytesRead, status.BytesLeft));

        // The next is due as long after it as ever.
        database.ResumeScrub();
        for (int hour = 0; hour < 24; hour++)
            _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(report.Finished, database.GetScrubStatus().LastFullPass);
        Assert.Equal(report.Started + TimeSpan.FromDays(7), database.GetScrubStatus().NextPass);

        string path = disk.AllFiles().First(file => file.EndsWith("/points.seg", StringComparison.Ordinal));
        disk.FlipBits(path, 100, 1);
        Assert.Equal([path], (await RunAsync(database)).Damages.Select(damage => damage.File));
        Assert.Equal([path], (await RunAsync(database)).Damages.Select(damage => damage.File));
        Assert.Equal([path], database.GetScrubStatus().Damages.Select(damage => damage.File));
        Assert.Equal(CollectionHealth.Red, database.GetCollection("points").GetInfo().Health);
    }

    [Fact]
    public async Task Run_WhileAPassRunsByItself_LeavesNothingOfItToDo()
    {
        var disk = new SimulatedFileSystem(1);
        await using (var database = await OpenAsync(disk))
            await FillAsync(database);

        // Half way through.
        string[] names = [.. disk.AllFiles().Where(file => file.Contains("/segments/", StringComparison.Ordinal)).Select(file => file["/data/collections/".Length..]).Order(StringComparer.Ordinal)];
        long started = _time.GetUtcNow().AddDays(-1).ToUnixTimeMilliseconds();
        new ScrubRecord(started, names[names.Length / 2], 3, 4).Write(disk, "/data");
        await using var again = await OpenAsync(disk);
        var status = again.GetScrubStatus();
        Assert.Equal(ScrubState.Running, status.State);
        Assert.InRange(status.BytesLeft, 1, status.BytesTotal - 1);
        var report = await RunAsync(again);
        Assert.Equal(names.Length, report.FilesRead);
        await UntilAsync(again, now => now.State == ScrubState.Waiting);
        Assert.Equal(report.Finished, again.GetScrubStatus().LastFullPass);
    }

    [Fact]
    public async Task Run_ThatIsCancelled_OrWhoseDatabaseCloses_Ends()
    {
        var disk = new SimulatedFileSystem(1);
        var database = await OpenAsync(disk);
        await FillAsync(database);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.RunScrubAsync(cancelled.Token));
        Assert.Null(database.GetScrubStatus().LastFullPass);

        // Nobody moves the time, so one that has rested once would rest for ever; on these small files it may also end before.
        var running = database.RunScrubAsync();
        await database.DisposeAsync();
        var ended = await Record.ExceptionAsync(() => running);
        Assert.True(ended is null or DatabaseStateException, $"{ended}");
        await Assert.ThrowsAsync<DatabaseStateException>(() => database.RunScrubAsync());
    }

    [Fact]
    public async Task Run_WhereTheScrubberIsSwitchedOff_Works()
    {
        var disk = new SimulatedFileSystem(1);
        await using var database = await VectorDatabase.OpenAsync("/data", TestData.QuietOptions() with { FileSystem = disk, TimeProvider = _time, ScrubPassTime = Timeout.InfiniteTimeSpan });
        await FillAsync(database);
        Assert.Empty((await RunAsync(database)).Damages);
        Assert.Equal(ScrubState.Off, database.GetScrubStatus().State);
        Assert.NotNull(database.GetScrubStatus().LastFullPass);
    }

    [Fact]
    public async Task Scrub_OfAClosedLogFile_FindsDamage_WhichSealingMakesHarmless()
    {
        var disk = new SimulatedFileSystem(1);
        await using (var database = await OpenAsync(disk))
        {
            var collection = await database.CreateCollectionAsync("points", TestData.Config());
            await WriteLogAsync(collection);
            string[] log = LogFiles(disk);
            Assert.True(log.Length >= 3, $"{log.Length} files");
            var report = await RunAsync(database);
            Assert.Empty(report.Damages);
            Assert.Equal(log.Length - 1, report.FilesRead);

            // The last is being written and not judged; what is behind the records means nothing.
            disk.FlipBits(log[^1], 5_000, 1);
            disk.FlipBits(log[0], disk.LiveBytes(log[0]).Length - 1, 1);
            Assert.Empty((await RunAsync(database)).Damages);
            disk.FlipBits(log[^1], 5_000, 1);

            disk.FlipBits(log[1], 50_000, 1);
            var damage = Assert.Single((await RunAsync(database)).Damages);
            Assert.Equal(log[1], damage.File);
            Assert.InRange(damage.OffsetBytes!.Value, 4_096, 50_000);
            var info = collection.GetInfo();
            Assert.Equal((CollectionHealth.Red, log[1]), (info.Health, info.Damage!.File));

            // Everything in it is in memory.
            await collection.UpsertAsync([new Point(99_999, TestData.Vector(new Random(1)))]);
            await collection.SealAsync();
            Assert.False(disk.FileExists(log[1]));
            Assert.NotEqual(CollectionHealth.Red, collection.GetInfo().Health);
            Assert.Empty((await RunAsync(database)).Damages);
        }

        await using var again = await OpenAsync(disk);
        Assert.Equal(8_001, await again.GetCollection("points").CountAsync());
    }

    [Fact]
    public async Task Scrub_OfEachByteOfALogFile_FindsEachThatMatters()
    {
        var disk = new SimulatedFileSystem(1);
        await using var database = await OpenAsync(disk);
        var collection = await database.CreateCollectionAsync("points", TestData.Config());
        await WriteLogAsync(collection);
        string path = LogFiles(disk)[0];
        var unit = collection.ListScrubUnits().First(unit => unit.Path == path);
        var random = new Random(1);
        for (int round = 0; round < 300; round++)
        {
            long offset = random.NextInt64(unit.Bytes);
            byte mask = (byte)(1 << random.Next(8));
            disk.FlipBits(path, offset, mask);
            var found = Assert.Throws<CorruptDataException>(() => unit.Verify(_ => { }, CancellationToken.None));
            Assert.Equal(path, found.File);
            disk.FlipBits(path, offset, mask);
        }

        unit.Verify(_ => { }, CancellationToken.None);
        Assert.True(unit.IsStillNeeded());
        await collection.SealAsync();
        Assert.Throws<CorruptDataException>(() => unit.Verify(_ => { }, CancellationToken.None));
        Assert.False(unit.IsStillNeeded());
    }

    [Theory]
    [InlineData("log.0")]
    [InlineData("log.0.crc")]
    [InlineData("checkpoint-")]
    public async Task Scrub_OfAPayloadStore_FindsDamage_ThatIsNobodysLoss(string file)
    {
        var disk = new SimulatedFileSystem(1);
        var log = new List<string>();
        await using (var database = await OpenAsync(disk, log, PayloadStoreKind.Faster))
        {
            var collection = await FillAsync(database);
            Assert.Empty((await RunAsync(database)).Damages);
            string path = disk.AllFiles().Single(name => name.Contains("/payloads/", StringComparison.Ordinal) && IsNamed(name, file));
            disk.FlipBits(path, 34, 1);
            var damage = Assert.Single((await RunAsync(database)).Damages);
            Assert.Equal(path, damage.File);
            Assert.Single((await RunAsync(database)).Damages);

            // Segments and log have everything.
            Assert.NotEqual(CollectionHealth.Red, collection.GetInfo().Health);
            Assert.Null(collection.GetInfo().Problem);
            lock (log)
                Assert.Single(log, line => line.Contains(path, StringComparison.Ordinal));
        }

        await using var again = await OpenAsync(disk, payloads: PayloadStoreKind.Faster);
        var points = await TestData.AllAsync(again.GetCollection("points"));
        Assert.Equal(200, points.Count);
        Assert.All(points, point => Assert.Equal(TestData.Payload(1, (int)point.Id.Integer).ToString(), point.Payload!.ToString()));
        Assert.Empty((await RunAsync(again)).Damages);

        static bool IsNamed(string path, string file) => file.EndsWith('-') ? path[(path.LastIndexOf('/') + 1)..].StartsWith(file, StringComparison.Ordinal) : path.EndsWith($"/{file}", StringComparison.Ordinal);
    }

    private static async Task WriteLogAsync(Collection collection)
    {
        var random = new Random(1);
        for (int first = 0; first < 8_000; first += 100)
            await collection.UpsertAsync([.. Enumerable.Range(first, 100).Select(id => new Point((ulong)id, TestData.Vector(random), Payload.FromJson($$"""{"text":"{{new string('x', 100)}}"}""")))]);
    }

    private static string[] LogFiles(SimulatedFileSystem disk) =>
        [.. disk.AllFiles().Where(file => file.EndsWith(".wal", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>A pass that was asked for; the time moves until it has ended.</summary>
    private async Task<ScrubReport> RunAsync(VectorDatabase database)
    {
        long start = TimeProvider.System.GetTimestamp();
        var running = database.RunScrubAsync();
        while (!running.IsCompleted)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < s_patience, "waited in vain");
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1);
        }

        return await running;
    }

    private Task<VectorDatabase> OpenAsync(SimulatedFileSystem disk, List<string>? log = null, PayloadStoreKind payloads = PayloadStoreKind.Memory) =>
        VectorDatabase.OpenAsync("/data", TestData.QuietOptions(payloads) with { FileSystem = disk, TimeProvider = _time, Log = line => Add(log, line) });

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
