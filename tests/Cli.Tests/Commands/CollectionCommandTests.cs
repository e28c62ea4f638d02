using VectorStore.Cli.Tests.Support;

namespace VectorStore.Cli.Tests.Commands;

public sealed class CollectionCommandTests : IDisposable
{
    private readonly FakeClient _client = new();
    private readonly CommandHarness _cli;

    public CollectionCommandTests() => _cli = new CommandHarness(_client);

    public void Dispose() => _client.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Fact]
    public async Task Create_WithEveryOption_PassesThemOn()
    {
        var result = await _cli.RunAsync(
            "collections create fashion --vector image:784:euclidean --vector text:384:cosine --m 8 --ef-construction 99 --ef-search 50 --full-scan-threshold 7 --durability interval --json");
        Assert.Equal(0, result.ExitCode);
        var config = result.Json.GetProperty("config");
        Assert.Equal("interval", config.GetProperty("durability").GetString());
        var image = config.GetProperty("vectors").GetProperty("image");
        Assert.Equal(784, image.GetProperty("dimension").GetInt32());
        Assert.Equal("euclidean", image.GetProperty("metric").GetString());
        Assert.Equal("{\"m\":8,\"efConstruction\":99,\"efSearch\":50,\"fullScanThreshold\":7}", image.GetProperty("hnsw").GetRawText());
        Assert.Equal("cosine", config.GetProperty("vectors").GetProperty("text").GetProperty("metric").GetString());
    }

    [Fact]
    public async Task Create_WithEveryOptionOfTheIndex_PassesThemOnForAllVectors()
    {
        var result = await _cli.RunAsync(
            "collections create c --vector a:8:dot --vector b:16:cosine --quantization rotated --bits 4 --compression 32 --quantile 0.95 --profile turbo"
            + " --originals memory --codes disk --graph disk --target-recall 0.97 --json");
        Assert.Equal(0, result.ExitCode);
        foreach (string name in (string[])["a", "b"])
        {
            var vector = result.Json.GetProperty("config").GetProperty("vectors").GetProperty(name);
            Assert.Equal("""{"kind":"rotated","bits":4,"compression":32,"quantile":0.95}""", vector.GetProperty("quantization").GetRawText());
            Assert.Equal("turbo", vector.GetProperty("profile").GetString());
            Assert.Equal("""{"originals":"memory","codes":"disk","graph":"disk"}""", vector.GetProperty("placement").GetRawText());
            Assert.Equal(0.97, vector.GetProperty("targetRecall").GetDouble());
        }
    }

    [Fact]
    public async Task Update_WithEveryOption_PassesThemOn_AndSaysWhatIsToBeRebuilt()
    {
        await _cli.RunAsync("collections create c --vector a:8:dot --vector b:16:cosine");
        _client.Optimizer = _client.Optimizer with { WaitingToRebuild = [3, 4] };
        var result = await _cli.RunAsync(
            "collections update c --vector b --m 8 --ef-construction 99 --ef-search 50 --full-scan-threshold 7 --quantization rotated --bits 4 --compression 32 --quantile 0.95 --profile turbo"
            + " --originals memory --codes disk --graph disk --target-recall 0.97 --json");
        Assert.Equal(0, result.ExitCode);
        var (collection, change) = Assert.Single(_client.Changes);
        Assert.Equal(("c", "b"), (collection, change.Vectors.Single().Key));
        Assert.Equal(
            new Engine.VectorConfigChange
            {
                M = 8,
                EfConstruction = 99,
                EfSearch = 50,
                FullScanThreshold = 7,
                Quantization = Engine.QuantizationKind.Rotated,
                Bits = 4,
                Compression = 32,
                Quantile = 0.95,
                Profile = Engine.IndexProfile.Turbo,
                Originals = Engine.Placement.Memory,
                Codes = Engine.Placement.Disk,
                Graph = Engine.Placement.Disk,
                TargetRecall = 0.97,
            },
            change.Vectors["b"]);
        Assert.Equal((2, "c", System.Text.Json.JsonValueKind.Null), (result.Json.GetProperty("segmentsToRebuild").GetInt32(), result.Json.GetProperty("collection").GetProperty("name").GetString(), result.Json.GetProperty("seconds").ValueKind));

        var plain = await _cli.RunAsync("collections update c --vector a --bits 2");
        Assert.Equal(new Engine.VectorConfigChange { Bits = 2 }, _client.Changes[1].Change.Vectors["a"]);
        Assert.EndsWith("; 2 segments are to be rebuilt in the background", plain.Output.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_Waiting_EndsWhenNothingWaits_AndSaysWhyWhereItCannot()
    {
        await _cli.RunAsync("collections create c --vector a:8:dot");
        _client.Optimizer = _client.Optimizer with { WaitingToRebuild = [3] };
        var waiting = _cli.RunAsync("collections update c --m 8 --wait --json");
        await Task.Delay(300);
        Assert.False(waiting.IsCompleted);
        _client.Optimizer = _client.Optimizer with { WaitingToRebuild = [] };
        var done = await waiting;
        Assert.Equal((0, 0), (done.ExitCode, done.Json.GetProperty("segmentsToRebuild").GetInt32()));
        Assert.True(done.Json.GetProperty("seconds").GetDouble() >= 0.2);

        _client.Optimizer = _client.Optimizer with { WaitingToRebuild = [3], State = Engine.OptimizerState.Paused };
        var paused = await _cli.RunAsync("collections update c --m 9 --wait");
        Assert.Equal(ExitCode.BadInput, paused.ExitCode);
        Assert.Contains("'optimizer resume c' lets it go on", paused.Error, StringComparison.Ordinal);

        _client.Optimizer = _client.Optimizer with { State = Engine.OptimizerState.Idle };
        var failing = _cli.RunAsync("collections update c --m 10 --wait --json");
        await Task.Delay(300);
        _client.Optimizer = _client.Optimizer with { LastProblem = new Engine.OptimizerProblem(Engine.OptimizerJobKind.Rebuild, "the disk is full", DateTimeOffset.UnixEpoch) };
        Assert.Equal((ExitCode.StorageFailed, "RebuildFailed"), ((await failing).ExitCode, (await failing).ErrorJson.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Update_WithNothingToChange_OrWithTwoVectorsAndNone_IsRefused()
    {
        await _cli.RunAsync("collections create c --vector a:8:dot --vector b:16:cosine");
        Assert.Equal(ExitCode.BadInput, (await _cli.RunAsync("collections update c --vector a")).ExitCode);
        Assert.Equal(ExitCode.BadInput, (await _cli.RunAsync("collections update c --m 8")).ExitCode);
        Assert.Equal(ExitCode.BadInput, (await _cli.RunAsync("collections update c --vector a --quantization best")).ExitCode);
        Assert.Equal(ExitCode.NotFound, (await _cli.RunAsync("collections update ghost --m 8")).ExitCode);
        Assert.Empty(_client.Changes);
    }

    [Fact]
    public async Task Create_WithoutOptionsOfTheIndex_HasTheEnginesDefaults()
    {
        await _cli.RunAsync("collections create c --vector a:8:dot");
        var defaults = new Engine.VectorConfig(8, Engine.Metric.Dot);
        Assert.Equal(defaults, (await _client.GetCollectionInfoAsync("c", default)).Config!.Vectors["a"]);
    }

    [Theory]
    [InlineData("auto", Engine.QuantizationKind.Auto)]
    [InlineData("none", Engine.QuantizationKind.None)]
    [InlineData("float16", Engine.QuantizationKind.Float16)]
    [InlineData("int8", Engine.QuantizationKind.Int8)]
    [InlineData("binary", Engine.QuantizationKind.Binary)]
    [InlineData("product", Engine.QuantizationKind.Product)]
    [InlineData("projected", Engine.QuantizationKind.Projected)]
    public async Task Create_WithAQuantization_TakesIt(string name, Engine.QuantizationKind expected)
    {
        Assert.Equal(0, (await _cli.RunAsync($"collections create c --vector a:8:dot --quantization {name}")).ExitCode);
        Assert.Equal(expected, (await _client.GetCollectionInfoAsync("c", default)).Config!.Vectors["a"].Quantization.Kind);
    }

    [Fact]
    public async Task Info_WhereRecallWasMeasured_TellsIt()
    {
        await _cli.RunAsync("collections create c --vector a:8:dot");
        Assert.Equal("[]", (await _cli.RunAsync("collections info c --json")).Json.GetProperty("measuredRecall").GetRawText());
        Assert.Contains("not measured yet", (await _cli.RunAsync("collections info c")).Output);

        _client.MeasuredRecall.Add(new Engine.MeasuredRecall("a", 0.98765, 1_200));
        Assert.Equal("""[{"vector":"a","recall":0.98765,"searches":1200}]""", (await _cli.RunAsync("collections info c --json")).Json.GetProperty("measuredRecall").GetRawText());
        Assert.Contains("a: 0.9877 over 1,200 searches", (await _cli.RunAsync("collections info c")).Output);
    }

    [Theory]
    [InlineData("collections create c --vector image", "--vector: expected NAME:DIMENSION:METRIC")]
    [InlineData("collections create c --vector image:x:dot", "got 'image:x:dot'")]
    [InlineData("collections create c --vector image:3:far", "cosine, dot, euclidean or manhattan")]
    [InlineData("collections create c --vector a:3:dot --vector a:4:dot", "expected each name once, got 'a' twice")]
    [InlineData("collections create c --vector a:3:dot --durability never", "expected fsync or interval, got 'never'")]
    [InlineData("collections create c --vector a:3:dot --quantization float8", "--quantization: expected auto, none, float16, int8, rotated, binary, product or projected, got 'float8'")]
    [InlineData("collections create c --vector a:3:dot --quantization 3", "got '3'")]
    [InlineData("collections create c --vector a:3:dot --profile fast", "--profile: expected compact or turbo, got 'fast'")]
    [InlineData("collections create c --vector a:3:dot --originals tape", "--originals: expected memory or disk, got 'tape'")]
    [InlineData("collections create c --vector a:3:dot --codes tape", "--codes: expected memory or disk, got 'tape'")]
    [InlineData("collections create c --vector a:3:dot --graph tape", "--graph: expected memory or disk, got 'tape'")]
    [InlineData("collections create c --vector a:3:dot --target-recall all", "Cannot parse argument 'all'")]
    [InlineData("collections create c", "Option '--vector' is required. See 'vectorstore collections create --help'.")]
    [InlineData("collections create c --vector a:3:dot --m many", "Cannot parse argument 'many'")]
    [InlineData("count", "Required argument")]
    [InlineData("get c one", "expected an unsigned 64-bit integer or a UUID as point id, got 'one'")]
    [InlineData("nonsense", "nonsense")]
    public async Task Run_WithBadUsage_SaysSoInOneLineAndEndsWithOne(string line, string expected)
    {
        var result = await _cli.RunAsync(line);
        Assert.Equal(ExitCode.BadInput, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(expected, result.Error);
        Assert.Single(result.Error.TrimEnd().Split('\n'));

        var json = await _cli.RunAsync(line + " --json");
        Assert.Equal(ExitCode.BadInput, json.ExitCode);
        Assert.Empty(json.Output);
        Assert.Contains(expected, json.ErrorJson.GetProperty("message").GetString());
        Assert.NotEmpty(json.ErrorJson.GetProperty("reason").GetString()!);
    }

    [Fact]
    public async Task Create_Twice_SaysItExists()
    {
        await _cli.RunAsync("collections create c --vector a:2:dot");
        var result = await _cli.RunAsync("collections create c --vector a:2:dot --json");
        Assert.Equal(ExitCode.BadInput, result.ExitCode);
        Assert.Equal("CollectionAlreadyExists", result.ErrorJson.GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("collections info ghost")]
    [InlineData("collections delete ghost")]
    [InlineData("count ghost")]
    [InlineData("get ghost 1")]
    [InlineData("delete ghost 1")]
    [InlineData("verify ghost")]
    [InlineData("search ghost --query [1]")]
    public async Task Run_OnAnUnknownCollection_EndsWithTwo(string line)
    {
        var result = await _cli.RunAsync(line + " --json");
        Assert.Equal(ExitCode.NotFound, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Equal("CollectionNotFound", result.ErrorJson.GetProperty("reason").GetString());
        Assert.Contains("'ghost'", result.ErrorJson.GetProperty("message").GetString());
    }

    [Fact]
    public async Task ListInfoDelete_InJson_HaveTheirShapes()
    {
        await _cli.RunAsync("collections create b --vector a:2:dot");
        await _cli.RunAsync("collections create a --vector a:2:dot");
        var list = (await _cli.RunAsync("collections list --json")).Json;
        Assert.Equal(["a", "b"], list.EnumerateArray().Select(info => info.GetProperty("name").GetString()));
        var info = (await _cli.RunAsync("collections info a --json")).Json;
        Assert.Equal(
            ["name", "health", "problem", "damage", "config", "points", "pointsWaitingForIndex", "rowsDead", "segments", "lsn", "sealedLsn", "memoryBytes", "diskBytes", "measuredRecall"],
            info.EnumerateObject().Select(property => property.Name));
        Assert.Equal("{\"deleted\":\"a\"}", (await _cli.RunAsync("collections delete a --json")).Output.Trim());
        Assert.Single((await _cli.RunAsync("collections list --json")).Json.EnumerateArray());
    }

    [Fact]
    public async Task StatusAndVerify_WithADamagedCollection_NameItAndEndWithThree()
    {
        await _cli.RunAsync("collections create good --vector a:2:dot");
        await _cli.RunAsync("collections create bad --vector a:2:dot");
        Assert.Equal(0, (await _cli.RunAsync("status")).ExitCode);
        Assert.Equal(0, (await _cli.RunAsync("verify")).ExitCode);

        _client.Problems["bad"] = "segment-1.vec is damaged at byte 4096: expected crc 0x1, found 0x2";
        var status = await _cli.RunAsync("status");
        Assert.Equal(ExitCode.Damaged, status.ExitCode);
        Assert.Contains("bad: segment-1.vec is damaged at byte 4096", status.Output);
        Assert.Contains("bad: segment-1.vec is damaged at byte 4096", (await _cli.RunAsync("collections list")).Output);
        var verify = await _cli.RunAsync("verify --json");
        Assert.Equal(ExitCode.Damaged, verify.ExitCode);
        Assert.True(verify.Json.GetProperty("damaged").GetBoolean());
        Assert.Equal(2, verify.Json.GetProperty("collections").GetArrayLength());
        Assert.Equal(0, (await _cli.RunAsync("verify good")).ExitCode);
        Assert.Contains("segment-1.vec", (await _cli.RunAsync("verify bad")).Output);
    }

    [Fact]
    public async Task Run_OnADirectoryThatDoesNotExist_SaysSoAndMakesNone()
    {
        using var directory = new TempDirectory();
        var real = new CommandHarness(Client.EngineClient.OpenAsync);
        var result = await real.RunAsync(["count", "c", "--data", directory.File("typo"), "--json"]);
        Assert.Equal(ExitCode.NotFound, result.ExitCode);
        Assert.Equal("DataDirectoryNotFound", result.ErrorJson.GetProperty("reason").GetString());
        Assert.False(Directory.Exists(directory.File("typo")));
    }

    [Fact]
    public async Task Help_OfTheProgram_ListsTheExitCodes()
    {
        var result = await _cli.RunAsync(["--help"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Exit codes: 0 ok; 1 bad usage", result.Output);
    }
}
