using VectorStore.Cli.Tests.Support;
using VectorStore.Engine;

namespace VectorStore.Cli.Tests.Commands;

public sealed class SnapshotCommandTests : IAsyncLifetime
{
    private const string DailyJson =
        """{"name":"daily","collection":"c","problem":null,"lsn":7,"createdAt":"2026-01-02T03:04:05.678Z","files":3,"bytes":1536,"archiveBytes":5,"checksum":"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"}""";

    private readonly TempDirectory _directory = new();
    private readonly FakeClient _client = new();
    private readonly CommandHarness _cli;

    public SnapshotCommandTests() => _cli = new CommandHarness(_client);

    private string File => _directory.File("archive");

    public async Task InitializeAsync()
    {
        await _client.CreateCollectionAsync("c", CollectionConfig.WithVector("v", 3, Metric.Dot), default);
        await _client.CreateSnapshotAsync("c", "daily", default);
    }

    public Task DisposeAsync()
    {
        _directory.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task CreateAndList_TellEverything()
    {
        _client.Snapshots.Clear();
        Assert.Equal(DailyJson, (await _cli.RunAsync("snapshot create c daily --json")).Output.Trim());
        Assert.Equal($"[{DailyJson}]", (await _cli.RunAsync("snapshot list c --json")).Output.Trim());
        Assert.Equal("snapshot 'second' of collection 'c': everything up to log position 7, 3 files, 1.5 KiB", (await _cli.RunAsync("snapshot create c second")).Output.Trim());
        var people = await _cli.RunAsync("snapshot list c");
        Assert.Contains("2026-01-02 03:04:05", people.Output);
        Assert.Contains("1.5 KiB", people.Output);
    }

    [Fact]
    public async Task List_WithADamagedSnapshot_ShowsWhy_AndEndsWithThree()
    {
        _client.Snapshots["c/bad"] = new SnapshotInfo { Name = "bad", CollectionName = "c", Problem = "SNAPSHOT is damaged at byte 3" };
        var json = await _cli.RunAsync("snapshot list c --json");
        Assert.Equal(ExitCode.Damaged, json.ExitCode);
        Assert.Equal("""{"name":"bad","collection":"c","problem":"SNAPSHOT is damaged at byte 3"}""", json.Json[0].GetRawText());
        Assert.Contains("is damaged at byte 3", (await _cli.RunAsync("snapshot list c")).Output);
    }

    [Fact]
    public async Task Verify_TellsWhatItRead_AndEndsWithThreeWhereThereIsDamage()
    {
        Assert.Equal("""{"damaged":false,"collection":"c","snapshot":"daily","filesRead":3,"bytesRead":4096,"problems":[]}""", (await _cli.RunAsync("snapshot verify c daily --json")).Output.Trim());
        _client.Snapshots["c/daily"] = _client.Snapshots["c/daily"] with { Problem = "CURRENT is damaged" };
        var damaged = await _cli.RunAsync("snapshot verify c daily --json");
        Assert.Equal((ExitCode.Damaged, true, "CURRENT is damaged"), (damaged.ExitCode, damaged.Json.GetProperty("damaged").GetBoolean(), damaged.Json.GetProperty("problems")[0].GetString()));
    }

    [Fact]
    public async Task Restore_NamesOneMomentOrNone()
    {
        await _cli.RunAsync("snapshot restore c daily --to-lsn 17");
        Assert.Equal(17UL, _client.Point?.Lsn);
        await _cli.RunAsync("snapshot restore c daily --to-time 2026-01-31T12:00:00+01:00");
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 11, 0, 0, TimeSpan.Zero), _client.Point?.Time);
        await _cli.RunAsync("snapshot restore c daily --to-time 2026-01-31T12:00:00");
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero), _client.Point?.Time);
        Assert.Contains("log up to position", (await _cli.RunAsync("snapshot restore c daily --to-newest")).Output, StringComparison.Ordinal);
        Assert.Same(RestorePoint.Newest, _client.Point);
        await _cli.RunAsync("snapshot restore c daily");
        Assert.Null(_client.Point);

        var two = await _cli.RunAsync("snapshot restore c daily --to-lsn 17 --to-newest");
        Assert.NotEqual(ExitCode.Ok, two.ExitCode);
        Assert.Contains("got 2", two.Error, StringComparison.Ordinal);
        var never = await _cli.RunAsync("snapshot restore c daily --to-time yesterday");
        Assert.NotEqual(ExitCode.Ok, never.ExitCode);
        Assert.Contains("'yesterday'", never.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_OfTheWhole_NamesATimeOrTheNewest()
    {
        _client.Snapshots["*/nightly"] = new SnapshotInfo { Name = "nightly", CollectionName = VectorDatabase.WholeDatabase };
        Assert.Equal(ExitCode.Ok, (await _cli.RunAsync("snapshot restore --all nightly --to-time 2026-01-31T12:00:00Z --replace")).ExitCode);
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero), _client.Point?.Time);
        Assert.Equal(("*", true), _client.Restored);
        Assert.Contains("log up to position", (await _cli.RunAsync("snapshot restore --all nightly --to-newest")).Output, StringComparison.Ordinal);
        Assert.Same(RestorePoint.Newest, _client.Point);
        Assert.DoesNotContain("log up to position", (await _cli.RunAsync("snapshot restore --all nightly")).Output, StringComparison.Ordinal);
        Assert.Null(_client.Point);

        var position = await _cli.RunAsync("snapshot restore --all nightly --to-lsn 17 --json");
        Assert.Equal((ExitCode.BadInput, "to-lsn"), (position.ExitCode, position.ErrorJson.GetProperty("field").GetString()));
        Assert.Contains("got 17", position.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_GoesToTheSameNameOrAnother()
    {
        Assert.Equal("c", (await _cli.RunAsync("snapshot restore c daily --replace --json")).Json.GetProperty("collection").GetString());
        Assert.Equal(("c", true), _client.Restored);
        Assert.Equal("copy", (await _cli.RunAsync("snapshot restore c daily --to copy --json")).Json.GetProperty("collection").GetString());
        Assert.Equal(("copy", false), _client.Restored);
    }

    [Fact]
    public async Task Download_WritesAFileOnce()
    {
        var done = await _cli.RunAsync($"snapshot download c daily {File} --json");
        Assert.Equal(DailyJson, done.Output.Trim());
        Assert.Equal(_client.Archive, await System.IO.File.ReadAllBytesAsync(File));
        Assert.Null(_client.Base);

        _client.Archive = [9, 9];
        var taken = await _cli.RunAsync($"snapshot download c daily {File} --json");
        Assert.Equal((ExitCode.BadInput, "FileExists", "file"), (taken.ExitCode, taken.ErrorJson.GetProperty("reason").GetString(), taken.ErrorJson.GetProperty("field").GetString()));
        Assert.Equal(5, new FileInfo(File).Length);
        Assert.Equal(ExitCode.Ok, (await _cli.RunAsync($"snapshot download c daily {File} --overwrite --base hourly")).ExitCode);
        Assert.Equal("hourly", _client.Base);
        Assert.Equal(_client.Archive, await System.IO.File.ReadAllBytesAsync(File));
    }

    [Fact]
    public async Task Download_ThatFails_LeavesNothing()
    {
        _client.Snapshots["c/daily"] = _client.Snapshots["c/daily"] with { Problem = "CURRENT is damaged" };
        var failed = await _cli.RunAsync($"snapshot download c daily {File} --json");
        Assert.Equal((ExitCode.Damaged, "SnapshotDamaged"), (failed.ExitCode, failed.ErrorJson.GetProperty("reason").GetString()));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
        Assert.Equal("SnapshotNotFound", (await _cli.RunAsync($"snapshot download c nothing {File} --json")).ErrorJson.GetProperty("reason").GetString());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task Download_ThatWasInterrupted_GoesOnInANewProcess()
    {
        _client.Archive = [.. Enumerable.Range(0, 200).Select(value => (byte)value)];
        foreach (int breaksAt in (int[])[0, 50, 120])
        {
            _client.DownloadBreaksAt = breaksAt;
            Assert.Equal(ExitCode.ServerUnavailable, (await _cli.RunAsync($"snapshot download c daily {File}")).ExitCode);
            Assert.False(System.IO.File.Exists(File));
        }

        Assert.Equal(50, _client.Started!.OffsetBytes);
        _client.DownloadBreaksAt = null;
        var done = await _cli.RunAsync($"snapshot download c daily {File} --json");
        Assert.Equal(DailyJson, done.Output.Trim());
        Assert.Equal((120L, _client.Snapshots["c/daily"].Checksum), (_client.Started.OffsetBytes, _client.Started.Checksum));
        Assert.Equal(_client.Archive, await System.IO.File.ReadAllBytesAsync(File));
        Assert.Equal([File], Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    public static TheoryData<string> DamagesOfAPart => ["flip", "cut", "no state", "state flip", "another snapshot", "another base", "appended"];

    [Theory]
    [MemberData(nameof(DamagesOfAPart))]
    public async Task Download_WhosePartIsDamagedOrOfAnotherSnapshot_BeginsAnew_AndIsWhole(string damage)
    {
        _client.Archive = [.. Enumerable.Range(0, 200).Select(value => (byte)value)];
        _client.DownloadBreaksAt = 120;
        await _cli.RunAsync($"snapshot download c daily {File}");
        _client.DownloadBreaksAt = null;
        string part = $"{File}.part", state = $"{File}.part.state";
        byte[] bytes = await System.IO.File.ReadAllBytesAsync(part);
        long expected = 0;
        string with = "";
        switch (damage)
        {
            case "flip":
                bytes[70] ^= 1;
                await System.IO.File.WriteAllBytesAsync(part, bytes);
                break;
            case "cut":
                await System.IO.File.WriteAllBytesAsync(part, bytes[..100]);
                break;
            case "no state":
                System.IO.File.Delete(state);
                break;
            case "state flip":
                byte[] known = await System.IO.File.ReadAllBytesAsync(state);
                known[^5] ^= 1;
                await System.IO.File.WriteAllBytesAsync(state, known);
                break;
            case "another snapshot":
                _client.Snapshots["c/daily"] = _client.Snapshots["c/daily"] with { Checksum = new string('d', 64) };
                break;
            case "another base":
                with = " --base hourly";
                break;
            default:
                // What was written behind the last note, when the process was killed; more than is missing, as a file of another archive may have.
                await System.IO.File.WriteAllBytesAsync(part, [.. bytes, .. new byte[100]]);
                expected = 120;
                break;
        }

        Assert.Equal(ExitCode.Ok, (await _cli.RunAsync($"snapshot download c daily {File}{with}")).ExitCode);
        Assert.Equal(expected, _client.Started!.OffsetBytes);
        Assert.Equal(_client.Archive, await System.IO.File.ReadAllBytesAsync(File));
        Assert.Equal([File], Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task Upload_ToAServer_ThatWasInterrupted_GoesOnUnderTheSameId_UntilItHasAnAnswer()
    {
        string path = _directory.Write("archive", [7, 8, 9]);
        _client.UploadFailure = new CliException(ExitCode.ServerUnavailable, "ServerUnavailable", "the server is gone");
        await UploadAsync();
        _client.UploadFailure = FakeClient.Error(ErrorReason.SnapshotAlreadyExists, "there is one");
        await UploadAsync();
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(_directory.Path));
        _client.UploadFailure = new OperationCanceledException();
        await UploadAsync();
        _client.UploadFailure = null;
        Assert.Equal(ExitCode.Ok, await UploadAsync());
        Assert.Equal(_client.UploadIds[0], _client.UploadIds[1]);
        Assert.Equal(_client.UploadIds[2], _client.UploadIds[3]);
        Assert.NotEqual(_client.UploadIds[1], _client.UploadIds[2]);
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(_directory.Path));

        // Another file, though of the same name, is another upload.
        _client.UploadFailure = new OperationCanceledException();
        await UploadAsync();
        _directory.Write("archive", [7, 8, 9, 10]);
        await UploadAsync();
        Assert.NotEqual(_client.UploadIds[4], _client.UploadIds[5]);

        async Task<int> UploadAsync() => (await _cli.RunAsync(["snapshot", "upload", "c", path, "--json", "--endpoint", "http://127.0.0.1:1"])).ExitCode;
    }

    [Fact]
    public async Task Upload_SendsTheFile_AndSaysWhatBecameOfIt()
    {
        _directory.Write("archive", [7, 8, 9]);
        Assert.Equal("uploaded", (await _cli.RunAsync($"snapshot upload c {File} --json")).Json.GetProperty("name").GetString());
        Assert.Equal(new byte[] { 7, 8, 9 }, _client.Archive);
        Assert.Equal("FileUnreadable", (await _cli.RunAsync($"snapshot upload c {File}2 --json")).ErrorJson.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Delete_SaysSo_AndTheSecondTimeNotFound()
    {
        Assert.Equal("""{"deleted":"daily"}""", (await _cli.RunAsync("snapshot delete c daily --json")).Output.Trim());
        var gone = await _cli.RunAsync("snapshot delete c daily --json");
        Assert.Equal((ExitCode.NotFound, "SnapshotNotFound"), (gone.ExitCode, gone.ErrorJson.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task All_StandsForTheWholeDatabase_InEveryCommand()
    {
        const string Json =
            """{"name":"whole","collection":"*","problem":null,"collections":[{"collection":"c","lsn":7}],"createdAt":"2026-01-02T03:04:05.678Z","files":3,"bytes":1536,"archiveBytes":5,"checksum":"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"}""";
        Assert.Equal(Json, (await _cli.RunAsync("snapshot create --all whole --json")).Output.Trim());
        Assert.Equal("snapshot 'whole' of the whole database: 1 collections as of one instant, 3 files, 1.5 KiB", (await _cli.RunAsync("snapshot create whole --all")).Output.Trim());
        Assert.Equal($"[{Json}]", (await _cli.RunAsync("snapshot list --all --json")).Output.Trim());
        Assert.Equal("*", (await _cli.RunAsync("snapshot verify --all whole --json")).Json.GetProperty("collection").GetString());
        Assert.Equal(Json, (await _cli.RunAsync($"snapshot download --all whole {File} --json")).Output.Trim());
        Assert.Equal("*", (await _cli.RunAsync($"snapshot upload --all {File} --json")).Json.GetProperty("collection").GetString());
        Assert.Equal("c", (await _cli.RunAsync("snapshot restore --all whole --replace --json")).Json[0].GetProperty("collection").GetString());
        Assert.Equal(("*", true), _client.Restored);
        var renamed = await _cli.RunAsync("snapshot restore --all whole --to other --json");
        Assert.Equal((ExitCode.BadInput, "to"), (renamed.ExitCode, renamed.ErrorJson.GetProperty("field").GetString()));
        Assert.Equal("""{"deleted":"whole"}""", (await _cli.RunAsync("snapshot delete --all whole --json")).Output.Trim());
    }

    [Theory]
    [InlineData("snapshot create c")]
    [InlineData("snapshot create --all")]
    [InlineData("snapshot create --all c daily")]
    [InlineData("snapshot list")]
    [InlineData("snapshot list --all c")]
    [InlineData("snapshot download c daily")]
    [InlineData("snapshot schedule set --every 6h --keep 7")]
    [InlineData("snapshot schedule set c --every 6h")]
    [InlineData("snapshot schedule set c --keep 7")]
    [InlineData("snapshot schedule remove")]
    public async Task Arguments_TooFewOrTooMany_AreBadUsage(string command) => Assert.Equal(ExitCode.BadInput, (await _cli.RunAsync(command)).ExitCode);

    [Fact]
    public async Task Archive_ShowsWhatIsKept_AndWhatCanBeRestored()
    {
        const string Json =
            """{"keepSeconds":604800,"bytesMax":1073741824,"bytes":134217728,"files":2,"ranges":[{"collection":"c","snapshot":"s","problem":null,"firstLsn":3,"firstTime":"2026-01-02T03:04:05.678Z","lastLsn":9,"lastTime":null,"cut":true}]}""";
        Assert.Contains("not kept", (await _cli.RunAsync("snapshot archive")).Output, StringComparison.Ordinal);
        _client.LogArchive = new LogArchiveStatus
        {
            KeepTime = TimeSpan.FromDays(7),
            BytesMax = 1L << 30,
            Bytes = 128 << 20,
            Files = 2,
            Ranges = [new RestoreRange { CollectionName = "c", SnapshotName = "s", FirstLsn = 3, LastLsn = 9, FirstTime = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), IsCut = true }],
        };
        Assert.Equal(Json, (await _cli.RunAsync("snapshot archive c --json")).Output.Trim());
        string shown = (await _cli.RunAsync("snapshot archive")).Output;
        Assert.Contains("kept for 7d, at most 1.0 GiB: 2 files, 128.0 MiB", shown, StringComparison.Ordinal);
        Assert.Contains("03:04:05", shown, StringComparison.Ordinal);
        _client.LogArchive = new LogArchiveStatus { Ranges = [new RestoreRange { CollectionName = "c", SnapshotName = "s", Problem = "it is torn" }] };
        Assert.Equal(ExitCode.Damaged, (await _cli.RunAsync("snapshot archive c")).ExitCode);
    }

    [Fact]
    public async Task Schedule_IsSetListedAndRemoved()
    {
        const string Json =
            """{"collection":"c","everySeconds":21600,"keep":7,"prefix":"scheduled","nextRun":"2026-01-02T03:04:05.678Z","lastRun":null,"lastSnapshot":null,"lastError":null,"lastErrorTime":null,"failing":false,"running":false,"snapshots":[]}""";
        Assert.Equal(Json, (await _cli.RunAsync("snapshot schedule set c --every 6h --keep 7 --json")).Output.Trim());
        Assert.Equal("snapshots of the whole database are made every 30m, 3 stay; the next at 2026-01-02 03:04:05", (await _cli.RunAsync("snapshot schedule set --all --every 30m --keep 3 --prefix auto")).Output.Trim());
        Assert.Equal((TimeSpan.FromMinutes(30), 3, "auto"), (_client.Schedules["*"].Schedule.Every, _client.Schedules["*"].Schedule.Keep, _client.Schedules["*"].Schedule.Prefix));
        Assert.Equal(2, (await _cli.RunAsync("snapshot schedule list --json")).Json.GetArrayLength());
        _client.Schedules["c"] = _client.Schedules["c"] with
        {
            IsFailing = true,
            LastError = "no room",
            LastErrorTime = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
            LastRun = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
            Snapshots = ["one"],
        };
        var failing = (await _cli.RunAsync("snapshot schedule list --json")).Json[1];
        Assert.Equal(("no room", "2026-01-01T00:00:00.000Z", true), (failing.GetProperty("lastError").GetString(), failing.GetProperty("lastErrorTime").GetString(), failing.GetProperty("failing").GetBoolean()));
        Assert.Contains("no room", (await _cli.RunAsync("snapshot schedule list")).Output);
        Assert.Equal("""{"removed":"*"}""", (await _cli.RunAsync("snapshot schedule remove --all --json")).Output.Trim());
        var none = await _cli.RunAsync("snapshot schedule remove --all --json");
        Assert.Equal((ExitCode.NotFound, "ScheduleNotFound"), (none.ExitCode, none.ErrorJson.GetProperty("reason").GetString()));
        foreach (string every in (string[])["6", "h", "-1h", "1.5h", "6s", "99999999999d"])
            Assert.Equal((ExitCode.BadInput, "every"), await RefusedAsync(every));

        async Task<(int ExitCode, string? Field)> RefusedAsync(string every)
        {
            var refused = await _cli.RunAsync($"snapshot schedule set c --every={every} --keep 7 --json");
            return (refused.ExitCode, refused.ErrorJson.GetProperty("field").GetString());
        }
    }
}
