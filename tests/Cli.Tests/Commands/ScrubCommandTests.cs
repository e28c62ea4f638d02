using VectorStore.Cli.Output;
using VectorStore.Cli.Tests.Support;
using VectorStore.Engine;

namespace VectorStore.Cli.Tests.Commands;

public sealed class ScrubCommandTests
{
    private readonly FakeClient _client = new();
    private readonly CommandHarness _cli;

    public ScrubCommandTests() => _cli = new CommandHarness(_client);

    [Fact]
    public async Task Status_OfAPassUnderWay_TellsEverything_AndDamageIsAnExitCode()
    {
        var started = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        _client.Scrub = new ScrubStatus
        {
            State = ScrubState.Running,
            BytesRead = 100,
            BytesLeft = 300,
            BytesTotal = 500,
            TimeLeft = TimeSpan.FromSeconds(90.5),
            File = "/d/[a].seg",
            PassStarted = started,
            LastFullPass = started.AddDays(-7),
            Damages = [new FileDamage("/d/b.seg", 4096, "expected [1], found 2")],
        };
        var status = await _cli.RunAsync("scrub status --json");
        Assert.Equal(
            """{"state":"running","bytesRead":100,"bytesLeft":300,"bytesTotal":500,"secondsLeft":90.5,"file":"/d/[a].seg","passStarted":"2026-01-02T03:04:05.000Z","lastFullPass":"2025-12-26T03:04:05.000Z","nextPass":null,"damages":[{"file":"/d/b.seg","offsetBytes":4096,"reason":"expected [1], found 2"}]}""",
            status.Output.Trim());
        Assert.Equal(ExitCode.Damaged, status.ExitCode);
        var table = await _cli.RunAsync("scrub status");
        foreach (string part in (string[])["running", "300 B of 500 B", "/d/[a].seg", "/d/b.seg at byte 4096", "found 2"])
            Assert.Contains(part, table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_OfAScrubberThatWaits_HasNulls()
    {
        var status = await _cli.RunAsync("scrub status --json");
        Assert.Equal(
            """{"state":"waiting","bytesRead":0,"bytesLeft":0,"bytesTotal":4096,"secondsLeft":null,"file":null,"passStarted":null,"lastFullPass":null,"nextPass":null,"damages":[]}""",
            status.Output.Trim());
        Assert.Equal(ExitCode.Ok, status.ExitCode);
    }

    [Fact]
    public async Task PauseAndResume_OfAServer_AnswerTheStatus_AndOfADirectoryAreRefused()
    {
        Assert.Equal("paused", (await OnServerAsync("pause")).Json.GetProperty("state").GetString());
        Assert.Equal("waiting", (await OnServerAsync("resume")).Json.GetProperty("state").GetString());
        foreach (string command in (string[])["pause", "resume"])
        {
            var refused = await _cli.RunAsync($"scrub {command} --json");
            Assert.Equal((ExitCode.BadInput, "data"), (refused.ExitCode, refused.ErrorJson.GetProperty("field").GetString()));
        }
    }

    [Fact]
    public async Task Run_OfSoundFiles_SaysSo()
    {
        var run = await _cli.RunAsync("scrub run --json");
        Assert.Equal(
            """{"damaged":false,"filesRead":3,"bytesRead":4096,"started":"1970-01-01T00:00:00.000Z","finished":"1970-01-01T00:00:02.000Z","damages":[]}""", run.Output.Trim());
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.StartsWith("all sound: 3 files, ", (await _cli.RunAsync("scrub run")).Output);
    }

    [Fact]
    public async Task Run_ThatFindsDamage_NamesItAndEndsWithThree()
    {
        _client.Scrubbed = _client.Scrubbed with { Damages = [new FileDamage("/d/b.seg", 4096, "expected 1, found 2"), new FileDamage("/d/c.seg", null, "cannot be read")] };
        var run = await _cli.RunAsync("scrub run");
        Assert.Equal(ExitCode.Damaged, run.ExitCode);
        Assert.StartsWith("/d/b.seg at byte 4096: expected 1, found 2\n/d/c.seg: cannot be read\n2 damaged: 3 files, ", run.Output.ReplaceLineEndings("\n"));
        Assert.Equal(2, (await _cli.RunAsync("scrub run --json")).Json.GetProperty("damages").GetArrayLength());

        _client.Scrubbed = _client.Scrubbed with { Damages = [new FileDamage("/d/c.seg", null, "cannot be read")] };
        var one = await _cli.RunAsync("scrub run --json");
        Assert.Equal((ExitCode.Damaged, true), (one.ExitCode, one.Json.GetProperty("damaged").GetBoolean()));
    }

    [Fact]
    public void Progress_IsThatOfThePassWhichRuns()
    {
        var told = new List<SnapshotProgress>();
        var progress = new ScrubProgress(new Told(told));
        progress.Report(new ScrubStatus { State = ScrubState.Waiting, BytesRead = 1, BytesLeft = 2, BytesTotal = 500 });
        progress.Report(new ScrubStatus { State = ScrubState.Running, BytesRead = 100, BytesLeft = 300, BytesTotal = 500 });
        Assert.Equal([new SnapshotProgress(100, 400)], told);
    }

    private Task<CommandResult> OnServerAsync(string command) => _cli.RunAsync(["scrub", command, "--json", "--endpoint", "http://127.0.0.1:1"]);

    private sealed class Told(List<SnapshotProgress> told) : IProgress<SnapshotProgress>
    {
        public void Report(SnapshotProgress value) => told.Add(value);
    }
}
