using VectorStore.Cli.Tests.Support;

namespace VectorStore.Cli.Tests.Commands;

public sealed class SearchCommandTests : IAsyncLifetime, IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FakeClient _client = new();
    private readonly CommandHarness _cli;
    private string _base = "";

    public SearchCommandTests() => _cli = new CommandHarness(_client);

    public async Task InitializeAsync()
    {
        await _cli.RunAsync("collections create c --vector v:4:euclidean");
        _base = _directory.Write("base.idx3", Files.Idx3(2, 2, [.. Enumerable.Range(0, 100).Select(i => (byte[])[(byte)i, (byte)(i * 7), (byte)(i * 31), 5])]));
        string labels = _directory.Write("l.idx1", Files.Idx1([.. Enumerable.Range(0, 100).Select(i => (byte)(i % 3))]));
        await RunAsync("import", "c", _base, "--labels", labels);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Search_FileOfQueries_IsOneObjectWithRecallAndLatencies()
    {
        string queries = _directory.Write("q.idx3.gz", Files.Gzip(Files.Idx3(2, 2, [1, 2, 3, 4], [200, 2, 3, 4], [9, 9, 9, 9])));
        var result = await RunAsync("search", "c", "--queries", queries, "--query-limit", "2", "--limit", "10", "--recall-base", _base, "--threads", "2", "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(1, result.Json.GetProperty("recall").GetDouble());
        Assert.Equal(2, result.Json.GetProperty("queries").GetInt32());
        foreach (string name in (string[])["qps", "p50Ms", "p95Ms", "p99Ms"])
            Assert.True(result.Json.GetProperty(name).GetDouble() > 0, name);

        Assert.Equal(10, result.Json.GetProperty("limit").GetInt32());
        Assert.Equal(100, result.Json.GetProperty("ef").GetInt32());
        Assert.False(result.Json.GetProperty("exact").GetBoolean());
        Assert.Single(result.Output.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Search_WhenNeighboursAreMissing_SaysSoInTheRecall()
    {
        string queries = _directory.Write("q.idx3", Files.Idx3(2, 2, [0, 0, 0, 5], [1, 7, 31, 5]));
        await RunAsync("delete", "c", "0", "1");
        var result = await RunAsync("search", "c", "--queries", queries, "--limit", "1", "--recall-base", _base, "--json");
        Assert.Equal(0, result.Json.GetProperty("recall").GetDouble());
    }

    [Fact]
    public async Task Search_AgainstGroundTruth_CountsWhatIsInTheLists()
    {
        string queries = _directory.Write("q.idx3", Files.Idx3(2, 2, [0, 0, 0, 5], [1, 7, 31, 5]));
        string truth = _directory.Write("t.ivecs", Files.Ivecs([0, 77], [1, 1]));
        var result = await RunAsync("search", "c", "--queries", queries, "--limit", "1", "--ground-truth", truth, "--json");
        Assert.Equal(1, result.Json.GetProperty("recall").GetDouble());

        var short1 = await RunAsync("search", "c", "--queries", queries, "--limit", "3", "--ground-truth", truth);
        Assert.Equal(ExitCode.BadInput, short1.ExitCode);
        Assert.Contains("expected at least 3 neighbours per query", short1.Error);
    }

    [Fact]
    public async Task Search_ById_UsesTheStoredVectorAndLeavesThePointOut()
    {
        var result = await RunAsync("search", "c", "--id", "17", "--limit", "3", "--json");
        ulong[] ids = [.. result.Json.GetProperty("results").EnumerateArray().Select(point => point.GetProperty("id").GetUInt64())];
        Assert.Equal(3, ids.Length);
        Assert.DoesNotContain(17ul, ids);

        var next = await RunAsync("search", "c", "--id", "17", "--limit", "2", "--offset", "1", "--json");
        Assert.Equal(ids[1..], next.Json.GetProperty("results").EnumerateArray().Select(point => point.GetProperty("id").GetUInt64()));
    }

    [Fact]
    public async Task Search_ByIdThatDoesNotExist_EndsWithTwo()
    {
        var result = await RunAsync("search", "c", "--id", "1000", "--json");
        Assert.Equal(ExitCode.NotFound, result.ExitCode);
        Assert.Equal("PointNotFound", result.ErrorJson.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Search_ByVector_PassesEveryOptionOn()
    {
        var result = await RunAsync(
            "search", "c", "--query", "[1, 2.5, 3, 4]", "--vector", "v", "--limit", "7", "--offset", "2", "--score-threshold", "-300.5", "--ef", "33", "--exact", "--with-vectors",
            "--no-payload", "--filter", "{\"must\":[{\"key\":\"label\",\"match\":{\"value\":1}}]}", "--json");
        Assert.Equal(0, result.ExitCode);
        var request = _client.Searches[^1];
        Assert.Equal([1, 2.5f, 3, 4], request.Vector.ToArray());
        Assert.Equal((7, 2, -300.5f, 33, true, true, false, "v"),
            (request.Limit, request.Offset, request.ScoreThreshold, request.Ef, request.Exact, request.WithVectors, request.WithPayload, request.VectorName));
        Assert.NotNull(request.Filter);
        var first = result.Json.GetProperty("results")[0];
        Assert.Equal(System.Text.Json.JsonValueKind.Null, first.GetProperty("payload").ValueKind);
        Assert.Equal(4, first.GetProperty("vectors").GetProperty("v").GetArrayLength());
    }

    [Fact]
    public async Task Search_WithHowHardToSearch_PassesItOn()
    {
        await RunAsync("search", "c", "--query", "[1,2,3,4]");
        Assert.Equal((null, true, null, false), (_client.Searches[^1].Oversampling, _client.Searches[^1].Rescore, _client.Searches[^1].TargetRecall, _client.Searches[^1].Exact));
        await RunAsync("search", "c", "--query", "[1,2,3,4]", "--oversampling", "2.5", "--no-rescore", "--target-recall", "0.95");
        Assert.Equal((2.5, false, 0.95), (_client.Searches[^1].Oversampling, _client.Searches[^1].Rescore, _client.Searches[^1].TargetRecall));
    }

    [Fact]
    public async Task Search_FileOfQueriesWithATarget_SaysThatInsteadOfAWidth()
    {
        string queries = _directory.Write("q.idx3", Files.Idx3(2, 2, [1, 2, 3, 4]));
        var run = (await RunAsync("search", "c", "--queries", queries, "--target-recall", "0.95", "--oversampling", "3", "--no-rescore", "--json")).Json;
        Assert.Equal("null", run.GetProperty("ef").GetRawText());
        Assert.Equal((0.95, 3d, false), (run.GetProperty("targetRecall").GetDouble(), run.GetProperty("oversampling").GetDouble(), run.GetProperty("rescore").GetBoolean()));
        Assert.Contains("as target recall 0.95 needs", (await RunAsync("search", "c", "--queries", queries, "--target-recall", "0.95")).Output);

        // The collection's target counts where the search says nothing, and its width where the search says that.
        await _cli.RunAsync("collections create t --vector v:4:euclidean --target-recall 0.9");
        await RunAsync("import", "t", _base);
        Assert.Equal(0.9, (await RunAsync("search", "t", "--queries", queries, "--json")).Json.GetProperty("targetRecall").GetDouble());
        var wide = (await RunAsync("search", "t", "--queries", queries, "--ef", "50", "--json")).Json;
        Assert.Equal(("50", "null"), (wide.GetProperty("ef").GetRawText(), wide.GetProperty("targetRecall").GetRawText()));
    }

    [Fact]
    public async Task Search_Explained_HasTheAnswersAndWhatWasDoneForThem()
    {
        _client.Segments.AddRange([ExplanationExamples.Sealed, ExplanationExamples.Growing]);
        foreach (string[] what in (string[][])[["--query", "[1,2,3,4]"], ["--id", "17"]])
        {
            var plain = (await RunAsync(["search", "c", .. what, "--json"])).Json;
            Assert.False(plain.TryGetProperty("explanation", out _));
            var explained = (await RunAsync(["search", "c", .. what, "--explain", "--json"])).Json;
            Assert.Equal(plain.GetProperty("results").GetRawText(), explained.GetProperty("results").GetRawText());
            var explanation = explained.GetProperty("explanation");
            Assert.Equal(0.412, explanation.GetProperty("elapsedMs").GetDouble());
            Assert.Equal(
                """{"segment":3,"sealed":true,"rows":60000,"accepted":59000,"path":"graph","quantization":"projected","encoding":"projected: 120 of 784 dimensions, 8 bits, 128 bytes a vector","profile":"turbo","ef":64,"hops":70,"distances":1500,"rescored":20,"calibratedRecall":0.971}""",
                explanation.GetProperty("segments")[0].GetRawText());
            Assert.Equal(("graphAndScan", "null"), (explanation.GetProperty("segments")[1].GetProperty("path").GetString(), explanation.GetProperty("segments")[1].GetProperty("calibratedRecall").GetRawText()));

            var people = await RunAsync(["search", "c", .. what, "--explain"]);
            Assert.Contains("3 sealed", people.Output);
            Assert.Contains("2 segments searched in 0.412 ms", people.Output);
        }
    }

    [Fact]
    public async Task Search_Filtered_ReturnsOnlyThatLabel()
    {
        var result = await RunAsync("search", "c", "--id", "17", "--filter", "{\"must\":[{\"key\":\"label\",\"match\":{\"value\":1}}]}", "--json");
        var labels = result.Json.GetProperty("results").EnumerateArray().Select(point => point.GetProperty("payload").GetProperty("label").GetInt32()).ToArray();
        Assert.Equal(Enumerable.Repeat(1, 10), labels);
        Assert.Equal("{\"count\":33}", (await RunAsync("count", "c", "--filter", "{\"must\":[{\"key\":\"label\",\"match\":{\"value\":1}}]}", "--json")).Output.Trim());
    }

    [Theory]
    [InlineData("", "expected exactly one of --id, --query and --queries, got 0")]
    [InlineData("--id 1 --query [1]", "expected exactly one of --id, --query and --queries, got 2")]
    [InlineData("--query [1,x]", "--query: expected an array of numbers such as [0.1, 0.2], got '[1,x]'")]
    [InlineData("--id 1 --recall-base x", "--recall-base and --ground-truth need --queries")]
    [InlineData("--queries x --recall-base x --ground-truth y", "expected at most one of --recall-base and --ground-truth")]
    [InlineData("--queries x --recall-base x --offset 1", "without --filter, --offset and --score-threshold")]
    [InlineData("--id 1 --show-image 3x3", "expected a size of 4 pixels, got 3x3, which are 9")]
    [InlineData("--id 1 --show-image big", "expected WIDTHxHEIGHT such as 28x28, got 'big'")]
    [InlineData("--id 1 --show-image 2x2 --json", "expected at most one of --json and --show-image")]
    [InlineData("--id 1 --limit 10000", "together at most 9999")]
    [InlineData("--id 1 --filter {", "filter")]
    [InlineData("--queries x --explain", "--explain needs --query or --id")]
    [InlineData("--id 1 --target-recall much", "Cannot parse argument 'much'")]
    [InlineData("--queries x --threads 0", "--threads: expected 1 to 256, got 0")]
    [InlineData("--id one", "expected an unsigned 64-bit integer or a UUID")]
    public async Task Search_WithBadOptions_SaysWhich(string options, string expected)
    {
        var result = await RunAsync(["search", "c", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal(ExitCode.BadInput, result.ExitCode);
        Assert.Contains(expected, result.Error);
    }

    [Fact]
    public async Task Get_OneSeveralAndMissing_HaveTheirShapes()
    {
        var one = await RunAsync("get", "c", "17", "--json");
        Assert.Equal("{\"id\":17,\"payload\":{\"label\":2},\"lsn\":1}", one.Output.Trim());
        var vectors = await RunAsync("get", "c", "17", "--with-vectors", "--no-payload", "--json");
        Assert.Equal("{\"id\":17,\"payload\":null,\"vectors\":{\"v\":[17,119,15,5]},\"lsn\":1}", vectors.Output.Trim());
        var two = await RunAsync("get", "c", "3", "1", "--json");
        Assert.Equal([3, 1], two.Json.EnumerateArray().Select(point => point.GetProperty("id").GetInt32()));

        var missing = await RunAsync("get", "c", "1000", "--json");
        Assert.Equal(ExitCode.NotFound, missing.ExitCode);
        Assert.Empty(missing.Output);
        Assert.Equal("collection 'c' has no point 1000", missing.ErrorJson.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Delete_Points_SaysHowManyThereWere()
    {
        Assert.Equal("{\"deleted\":2,\"lsn\":2}", (await RunAsync("delete", "c", "1", "2", "1000", "--json")).Output.Trim());
        Assert.Equal("{\"count\":98}", (await RunAsync("count", "c", "--json")).Output.Trim());
        Assert.Equal("98", (await RunAsync("count", "c")).Output.Trim());
    }

    private Task<CommandResult> RunAsync(params string[] args) => _cli.RunAsync([.. args, "--data", "unused"]);
}
