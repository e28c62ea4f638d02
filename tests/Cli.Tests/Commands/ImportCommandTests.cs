using VectorStore.Cli.Tests.Support;
using VectorStore.Engine;

namespace VectorStore.Cli.Tests.Commands;

public sealed class ImportCommandTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FakeClient _client = new();
    private readonly CommandHarness _cli;

    public ImportCommandTests()
    {
        _cli = new CommandHarness(_client);
        Create("c", new VectorConfig(2, Metric.Euclidean));
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Import_ImagesWithLabels_NumbersRowsFromZero()
    {
        string images = _directory.Write("i.idx3.gz", Files.Gzip(Files.Idx3(2, 1, [1, 2], [3, 4], [5, 6], [7, 8], [255, 0])));
        string labels = _directory.Write("l.idx1.gz", Files.Gzip(Files.Idx1(9, 8, 7, 9, 0)));
        var result = await RunAsync("import", "c", images, "--labels", labels, "--vector", "v", "--batch", "2", "--json");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(5, result.Json.GetProperty("acknowledged").GetInt64());
        Assert.True(result.Json.GetProperty("acknowledgedPerSecond").GetDouble() > 0);
        Assert.True(result.Json.GetProperty("indexedPerSecond").GetDouble() > 0);
        Assert.Equal([1, 2, 2], _client.BatchSizes.Order());
        Assert.True(_client.Sealed);
        var points = await _client.GetAsync("c", [0ul, 3ul, 4ul], true, true, default);
        Assert.Equal([[1, 2], [7, 8], [255, 0]], points.Select(point => point.Vectors!["v"]));
        Assert.Equal(["{\"label\":9}", "{\"label\":9}", "{\"label\":0}"], points.Select(point => point.Payload!.ToString()));
    }

    /// <summary>Vectors live in memory that is used again: with slow answers out of order every row must still arrive as it is.</summary>
    [Fact]
    public async Task Import_WithAnswersOutOfOrder_StoresEveryRowAsItIs()
    {
        float[][] rows = Files.Rows(500, 2);
        int calls = 0;
        _client.BeforeUpsert = _ => Task.Delay(Interlocked.Increment(ref calls) % 3);
        var result = await RunAsync("import", "c", _directory.Write("a.fvecs", Files.Fvecs(rows)), "--batch", "7", "--concurrency", "5", "--json");
        Assert.Equal(500, result.Json.GetProperty("acknowledged").GetInt64());
        var points = await _client.GetAsync("c", [.. Enumerable.Range(0, 500).Select(i => (PointId)(ulong)i)], false, true, default);
        Assert.Equal(rows, points.Select(point => point.Vectors!["v"]));
    }

    [Fact]
    public async Task Import_WithFirstIdLimitAndNoWait_DoesAsTold()
    {
        string file = _directory.Write("a.fbin", Files.Fbin(Files.Rows(10, 2)));
        var result = await RunAsync("import", "c", file, "--first-id", "100", "--limit", "3", "--no-wait", "--json");
        Assert.Equal(3, result.Json.GetProperty("acknowledged").GetInt64());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, result.Json.GetProperty("indexedSeconds").ValueKind);
        Assert.False(_client.Sealed);
        Assert.Equal(3, (await _client.GetAsync("c", [100ul, 101ul, 102ul, 103ul], false, false, default)).Count);
    }

    [Fact]
    public async Task Import_JsonLines_KeepsIdsVectorsAndPayloads()
    {
        string uuid = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
        string file = _directory.Write("a.jsonl", $"{{\"id\":7,\"vector\":[1,2],\"payload\":{{\"a\":\"ü\"}}}}\n{{\"id\":\"{uuid}\",\"vectors\":{{\"v\":[3,4]}}}}\n{{\"vector\":[5,6]}}");
        Assert.Equal(0, (await RunAsync("import", "c", file)).ExitCode);
        var points = await _client.GetAsync("c", [7ul, Guid.Parse(uuid), 2ul], true, true, default);
        Assert.Equal([[1, 2], [3, 4], [5, 6]], points.Select(point => point.Vectors!["v"]));
        Assert.Equal("ü", points[0].Payload!.ToJsonElement().GetProperty("a").GetString());
    }

    [Fact]
    public async Task Import_WithMeta_GivesEachRowItsPayload()
    {
        string meta = _directory.Write("m.jsonl.gz", Files.Gzip("{\"n\":1}\n{\"n\":2}\n"u8.ToArray()));
        Assert.Equal(0, (await RunAsync("import", "c", _directory.Write("a.fvecs", Files.Fvecs(Files.Rows(2, 2))), "--meta", meta)).ExitCode);
        Assert.Equal("{\"n\":2}", (await _client.GetAsync("c", [1ul], true, false, default))[0].Payload!.ToString());
    }

    [Theory]
    [InlineData("{\"n\":1}\n", "expected a payload for row 1")]
    [InlineData("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n", "expected 2 payloads")]
    [InlineData("{\"n\":1}\n17\n", "row 1:")]
    public async Task Import_WithMetaThatDoesNotFit_IsAnError(string meta, string expected)
    {
        string file = _directory.Write("a.fvecs", Files.Fvecs(Files.Rows(2, 2)));
        var result = await RunAsync("import", "c", file, "--meta", _directory.Write("m.jsonl", meta));
        Assert.Equal(ExitCode.BadInput, result.ExitCode);
        Assert.Contains(expected, result.Error);
    }

    [Fact]
    public async Task Import_WithAnotherNumberOfLabels_IsRefusedBeforeAnythingIsStored()
    {
        string images = _directory.Write("i.idx3", Files.Idx3(2, 1, [1, 2], [3, 4]));
        var result = await RunAsync("import", "c", images, "--labels", _directory.Write("l.idx1", Files.Idx1(1, 2, 3)), "--json");
        Assert.Equal(ExitCode.BadInput, result.ExitCode);
        Assert.Contains("expected 2 labels", result.ErrorJson.GetProperty("message").GetString());
        Assert.Empty(_client.BatchSizes);
    }

    [Fact]
    public async Task Import_OfAnotherDimension_NamesBothAndStoresNothing()
    {
        var result = await RunAsync("import", "c", _directory.Write("a.fvecs", Files.Fvecs([1, 2, 3])), "--json");
        Assert.Equal(ExitCode.BadInput, result.ExitCode);
        Assert.Equal("DimensionMismatch", result.ErrorJson.GetProperty("reason").GetString());
        Assert.Contains("expected dimension 2", result.ErrorJson.GetProperty("message").GetString());
        Assert.Contains("found 3", result.ErrorJson.GetProperty("message").GetString());
        Assert.Empty(_client.BatchSizes);
    }

    [Fact]
    public async Task Import_OfAFileCutShort_KeepsTheRowsBeforeAndSaysHowMany()
    {
        byte[] whole = Files.Idx3(2, 1, [.. Enumerable.Range(0, 10).Select(i => (byte[])[(byte)i, 1])]);
        var result = await RunAsync("import", "c", _directory.Write("a.idx3.gz", Files.Gzip(whole[..^1])), "--batch", "4", "--json");
        Assert.Equal(ExitCode.BadInput, result.ExitCode);
        Assert.Equal("InvalidFile", result.ErrorJson.GetProperty("reason").GetString());
        string message = result.ErrorJson.GetProperty("message").GetString()!;
        Assert.Contains("a.idx3.gz: at byte 34: the file ends inside row 9 of 10: expected 2 bytes, found 1", message);
        Assert.Contains("9 points were acknowledged before and stay stored", message);
        Assert.Equal(9, await _client.CountAsync("c", null, default));
    }

    [Fact]
    public async Task Import_WhenTheDiskFails_ReportsTheDiskAndNotWhatFollowsFromIt()
    {
        int calls = 0;
        _client.BeforeUpsert = async points =>
        {
            await Task.Yield();
            int call = Interlocked.Increment(ref calls);
            if (call > 2)
                throw FakeClient.Error(call == 3 ? ErrorReason.StorageFull : ErrorReason.CollectionReadOnly, call == 3 ? "the disk is full" : "read-only");
        };
        var result = await RunAsync("import", "c", _directory.Write("a.fvecs", Files.Fvecs(Files.Rows(400, 2))), "--batch", "10", "--json");
        Assert.Equal(ExitCode.StorageFailed, result.ExitCode);
        Assert.Equal("StorageFull", result.ErrorJson.GetProperty("reason").GetString());
        Assert.Contains("20 points were acknowledged before and stay stored", result.ErrorJson.GetProperty("message").GetString());
        Assert.True(calls < 20, "batches after the failure were still sent");
    }

    [Fact]
    public async Task Import_Cancelled_FinishesBatchesInFlightAndEndsWith130()
    {
        using var cancel = new CancellationTokenSource();
        var release = new TaskCompletionSource();
        int calls = 0;
        _client.BeforeUpsert = async _ =>
        {
            if (Interlocked.Increment(ref calls) == 2)
            {
                await cancel.CancelAsync();
                release.SetResult();
            }

            await release.Task;
        };
        string file = _directory.Write("a.fvecs", Files.Fvecs(Files.Rows(5_000, 2)));
        var result = await _cli.RunAsync(["import", "c", file, "--batch", "10", "--concurrency", "2", "--data", "unused", "--json"], cancel.Token);
        Assert.Equal(ExitCode.Cancelled, result.ExitCode);
        long stored = await _client.CountAsync("c", null, default);
        Assert.InRange(stored, 20, 4_990);
        Assert.Contains($"{stored:n0} points were acknowledged before and stay stored", result.ErrorJson.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Import_WithAckLog_WritesOneLinePerBatchAndNothingElse()
    {
        string file = _directory.Write("a.fvecs", Files.Fvecs(Files.Rows(10, 2)));
        var result = await RunAsync("import", "c", file, "--batch", "4", "--first-id", "50", "--ack-log");
        Assert.Equal(["acked 50 53", "acked 54 57", "acked 58 59"], result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [Theory]
    [InlineData("--batch 0", "--batch: expected 1 to 100000, got 0")]
    [InlineData("--concurrency 0", "--concurrency: expected 1 to 256, got 0")]
    [InlineData("--limit 0", "--limit: expected 1")]
    [InlineData("--format bin", "--format: expected one of idx, fvecs, fbin, npy, jsonl, got 'bin'")]
    [InlineData("--labels a --meta b", "expected at most one of --labels and --meta, got both")]
    [InlineData("--json --ack-log", "expected at most one of --json and --ack-log")]
    [InlineData("--vector w", "collection 'c' has no vector 'w'; it has v")]
    public async Task Import_WithBadOptions_SaysWhich(string options, string expected)
    {
        string file = _directory.Write("a.fvecs", Files.Fvecs(Files.Rows(2, 2)));
        var result = await RunAsync(["import", "c", file, .. options.Split(' ')]);
        Assert.Equal(ExitCode.BadInput, result.ExitCode);
        Assert.Contains(expected, result.Error);
        Assert.Empty(_client.BatchSizes);
    }

    [Fact]
    public async Task Import_OfAMissingFile_SaysWhichFile()
    {
        var result = await RunAsync("import", "c", _directory.File("none.fvecs"));
        Assert.Equal(ExitCode.BadInput, result.ExitCode);
        Assert.Contains("none.fvecs", result.Error);
    }

    [Fact]
    public async Task Import_IntoSeveralVectorsWithoutAName_AsksForIt()
    {
        await _cli.RunAsync("collections create two --vector a:2:dot --vector b:2:dot");
        var result = await RunAsync("import", "two", _directory.Write("a.fvecs", Files.Fvecs([1, 2])));
        Assert.Equal(ExitCode.BadInput, result.ExitCode);
        Assert.Contains("collection 'two' has several vectors: say which with --vector (a, b)", result.Error);
    }

    private Task<CommandResult> RunAsync(params string[] args) => _cli.RunAsync([.. args, "--data", "unused"]);

    private void Create(string name, VectorConfig vector) =>
        _client.CreateCollectionAsync(name, new CollectionConfig { Vectors = new Dictionary<string, VectorConfig> { ["v"] = vector } }, default).GetAwaiter().GetResult();
}
