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
        Assert.Contains("log up to position", (await _cli.RunAsync("snapshot restore c daily --to-newest")).Out, StringComparison.Ordinal);
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

        _client.Archive = [9, 9];
        var taken = await _cli.RunAsync($"snapshot download c daily {File} --json");
        Assert.Equal((ExitCode.BadInput, "FileExists", "file"), (taken.ExitCode, taken.ErrorJson.GetProperty("reason").GetString(), taken.ErrorJson.GetProperty("field").GetString()));
        Assert.Equal(5, new FileInfo(File).Length);
        Assert.Equal(ExitCode.Ok, (await _cli.RunAsync($"snapshot download c daily {File} --overwrite")).ExitCode);
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
}
