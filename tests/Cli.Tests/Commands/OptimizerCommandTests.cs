using VectorStore.Cli.Tests.Support;
using VectorStore.Engine;

namespace VectorStore.Cli.Tests.Commands;

public sealed class OptimizerCommandTests : IAsyncLifetime
{
    private const string BusyJson = """
        {"collection":"c","state":"running","current":{"kind":"merge","segments":[1,2,3,4],"rows":240000,"phase":"build","shareDone":0.4322,"started":"2026-01-02T03:04:05.678Z","elapsedSeconds":61.5,"remainingSeconds":80.25},"waitingToSeal":[6,7],"waitingToMerge":[],"waitingToRebuild":[8,9],"lastFinished":{"kind":"seal","segments":[5],"rows":60000,"finished":"2026-01-02T03:04:05.000Z","elapsedSeconds":12},"lastProblem":{"kind":"seal","message":"no space [left]","occurred":"2026-01-02T03:00:00.000Z"}}
        """;

    private readonly FakeClient _client = new();
    private readonly CommandHarness _cli;

    public OptimizerCommandTests() => _cli = new CommandHarness(_client);

    public Task InitializeAsync() => _client.CreateCollectionAsync("c", CollectionConfig.WithVector("v", 3, Metric.Dot), default);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Status_OfABusyOptimizer_TellsEverything()
    {
        _client.Optimizer = OptimizerExamples.Busy;
        Assert.Equal(BusyJson.Trim(), (await _cli.RunAsync("optimizer status c --json")).Output.Trim());
    }

    [Fact]
    public async Task Status_OfAnIdleOptimizer_HasNulls() =>
        Assert.Equal(
            """{"collection":"c","state":"idle","current":null,"waitingToSeal":[],"waitingToMerge":[],"waitingToRebuild":[],"lastFinished":null,"lastProblem":null}""",
            (await _cli.RunAsync("optimizer status c --json")).Output.Trim());

    [Fact]
    public async Task PauseAndResume_OfAServer_AnswerTheStatus()
    {
        Assert.Equal("paused", (await OnServerAsync("pause")).Json.GetProperty("state").GetString());
        Assert.Equal(OptimizerState.Paused, _client.Optimizer.State);
        Assert.Equal("idle", (await OnServerAsync("resume")).Json.GetProperty("state").GetString());
        Assert.Equal(OptimizerState.Idle, _client.Optimizer.State);
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("resume")]
    public async Task PauseAndResume_OfADirectory_AreRefused(string command)
    {
        var refused = await _cli.RunAsync($"optimizer {command} c --json");
        Assert.Equal(ExitCode.BadInput, refused.ExitCode);
        Assert.Equal("data", refused.ErrorJson.GetProperty("field").GetString());
        Assert.Contains("--endpoint", refused.ErrorJson.GetProperty("message").GetString());
        Assert.Equal(OptimizerState.Idle, _client.Optimizer.State);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("run")]
    public async Task Commands_OnACollectionThatIsNotThere_SayNotFound(string command)
    {
        var refused = await _cli.RunAsync($"optimizer {command} nobody --json");
        Assert.Equal((ExitCode.NotFound, "CollectionNotFound"), (refused.ExitCode, refused.ErrorJson.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Run_WaitsForTheMerge_AndTellsWhatBecameOfIt()
    {
        _client.SegmentCount = 4;
        _client.Optimizer = OptimizerExamples.Busy;
        var merging = new TaskCompletionSource();
        _client.Optimizing = merging.Task;
        var running = _cli.RunAsync("optimizer run c --json");
        await Task.Delay(500);
        Assert.False(running.IsCompleted);
        merging.SetResult();
        var json = (await running).Json;
        Assert.Equal(("c", 4, 1, 0L), (json.GetProperty("collection").GetString(), json.GetProperty("segmentsBefore").GetInt32(), json.GetProperty("segments").GetInt32(), json.GetProperty("rowsDead").GetInt64()));
        Assert.True(json.GetProperty("seconds").GetDouble() >= 0.4);
    }

    [Fact]
    public async Task Run_ForPeople_SaysItInALine()
    {
        Assert.Equal("nothing to merge: 1 segment", (await _cli.RunAsync("optimizer run c")).Output.Trim());
        _client.SegmentCount = 3;
        Assert.StartsWith("3 segments before, 1 now; dead rows 0 before, 0 now; ", (await _cli.RunAsync("optimizer run c")).Output);
        _client.Optimizer = _client.Optimizer with { WaitingToRebuild = [4] };
        Assert.StartsWith("1 segment before, 1 now; dead rows 0 before, 0 now; 1 segment rebuilt; ", (await _cli.RunAsync("optimizer run c")).Output);
    }

    [Fact]
    public async Task Run_ThatFails_SaysWhy()
    {
        _client.Optimizing = Task.FromException(FakeClient.Error(ErrorReason.StorageFull, "the disk is full"));
        var failed = await _cli.RunAsync("optimizer run c --json");
        Assert.Equal((ExitCode.StorageFailed, "the disk is full"), (failed.ExitCode, failed.ErrorJson.GetProperty("message").GetString()));
    }

    private Task<CommandResult> OnServerAsync(string command) => _cli.RunAsync(["optimizer", command, "c", "--json", "--endpoint", "http://127.0.0.1:1"]);
}
