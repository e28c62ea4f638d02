using System.Text.Json.Nodes;
using VectorStore.Cli.Client;
using VectorStore.Cli.Tests.Support;

namespace VectorStore.Cli.Tests.EndToEnd;

/// <summary>Every command with <c>--endpoint</c> says what it says with <c>--data</c>: the same JSON, sentences and exit codes.</summary>
public sealed class ServerEndToEndTests : IAsyncLifetime
{
    // Times and sizes differ from run to run; and in process every command opens the database anew, which may take a position in the log of its own.
    private static readonly string[] s_volatile =
    [
        "tookMs", "acknowledgedSeconds", "acknowledgedPerSecond", "indexedSeconds", "indexedPerSecond", "sealedSeconds", "qps", "meanMs", "p50Ms", "p95Ms", "p99Ms", "maxMs",
        "seconds", "memoryBytes", "diskBytes", "bytesRead", "filesRead", "lsn", "sealedLsn",
    ];

    private readonly TempDirectory _directory = new();
    private readonly CommandHarness _cli = new(ConnectionTarget.ConnectAsync);
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync(_directory.File("server"));

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Commands_OverTheWire_SayTheSameAsInProcess()
    {
        var random = new Random(7);
        byte[][] pixels = [.. Enumerable.Range(0, 300).Select(_ =>
        {
            byte[] row = new byte[8];
            random.NextBytes(row);
            return row;
        })];
        string images = _directory.Write("i.idx3.gz", Files.Gzip(Files.Idx3(4, 2, pixels)));
        string labels = _directory.Write("l.idx1.gz", Files.Gzip(Files.Idx1([.. Enumerable.Range(0, 300).Select(i => (byte)(i % 10))])));
        string uuid = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
        string lines = _directory.Write("a.jsonl", $"{{\"id\":18446744073709551615,\"vector\":[1,2,3,4,5,6,7,8],\"payload\":{{\"t\":\"ü\",\"n\":[18446744073709551615,{{}}]}}}}\n{{\"id\":\"{uuid}\",\"vectors\":{{\"v\":[1,0,0,0,0,0,0,0]}}}}\n");
        string torn = _directory.Write("torn.jsonl", "{\"vector\":[1,2,3]}\n");
        const string Filter = "{\"must\":[{\"key\":\"label\",\"match\":{\"value\":1}}]}";
        string[][] story =
        [
            ["collections", "create", "c", "--vector", "v:8:euclidean", "--full-scan-threshold", "100", "--m", "8"],
            ["collections", "create", "c", "--vector", "v:8:euclidean"],
            ["collections", "create", "../c", "--vector", "v:8:euclidean"],
            ["collections", "create", "d", "--vector", "a:0:dot"],
            ["collections", "create", "e", "--vector", "a:3:dot", "--vector", "b:4:cosine", "--durability", "interval"],
            ["import", "c", images, "--labels", labels, "--batch", "64", "--concurrency", "1"],
            ["import", "c", lines, "--concurrency", "1"],
            ["import", "c", torn],
            ["import", "ghost", images],
            ["count", "c"],
            ["count", "c", "--filter", Filter],
            ["count", "c", "--filter", "{\"must\":3}"],
            ["count", "ghost"],
            ["get", "c", "17", "--with-vectors"],
            ["get", "c", uuid, "18446744073709551615", "3", "--with-vectors"],
            ["get", "c", "17", "9999", "--no-payload"],
            ["search", "c", "--query", "[1,2,3,4,5,6,7,8]", "--limit", "3", "--with-vectors"],
            ["search", "c", "--id", "17", "--filter", Filter, "--offset", "1", "--no-payload"],
            ["search", "c", "--queries", images, "--query-limit", "20", "--recall-base", images, "--exact", "--threads", "2"],
            ["search", "c", "--query", "[1,2,3]"],
            ["search", "c", "--query", "[1,2,3,4,5,6,7,8]", "--limit", "0"],
            ["search", "c", "--query", "[1,2,3,4,5,6,7,8]", "--limit", "1000000000"],
            ["search", "c", "--query", "[1,2,3,4,5,6,7,8]", "--offset", "-1"],
            ["search", "c", "--query", "[1,2,3,4,5,6,7,8]", "--ef", "0"],
            ["search", "c", "--query", "[1,2,3,4,5,6,7,8]", "--vector", "w"],
            ["search", "c", "--query", "[1,2,3,4,5,6,7,8]", "--score-threshold", "-20"],
            ["delete", "c", "17", "18", "9999", uuid],
            ["delete", "ghost", "1"],
            ["get", "c", "17"],
            ["collections", "info", "c"],
            ["collections", "info", "ghost"],
            ["collections", "list"],
            ["status"],
            ["verify"],
            ["verify", "c"],
            ["verify", "ghost"],
            ["collections", "delete", "c"],
            ["collections", "delete", "c"],
        ];
        foreach (string[] line in story)
        {
            var inProcess = await _cli.RunAsync([.. line, "--json", "--data", _directory.File("data")]);
            var overTheWire = await _cli.RunAsync([.. line, "--json", "--endpoint", _server.Endpoint]);
            string command = string.Join(' ', line);
            Assert.True(inProcess.ExitCode == overTheWire.ExitCode, $"{command}: expected exit code {inProcess.ExitCode}, got {overTheWire.ExitCode}: {overTheWire.Error}");
            Assert.True(Steady(inProcess.Output) == Steady(overTheWire.Output), $"{command}: expected {inProcess.Output}, got {overTheWire.Output}");
            if (inProcess.ExitCode != 0)
                Assert.True(LastLine(inProcess.Error) == LastLine(overTheWire.Error), $"{command}: expected {inProcess.Error}, got {overTheWire.Error}");
        }
    }

    [Theory]
    [InlineData("", "neither")]
    [InlineData("--data x --endpoint http://127.0.0.1:1", "both")]
    [InlineData("--endpoint 127.0.0.1:6334", "expected http://host:port")]
    [InlineData("--endpoint http://127.0.0.1:6334/path", "expected http://host:port")]
    public async Task Run_WithoutOnePlaceToGo_EndsWithOne(string where, string expected)
    {
        var result = await _cli.RunAsync([.. "count c --json".Split(' '), .. where.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal(ExitCode.BadInput, result.ExitCode);
        Assert.Equal("InvalidUsage", result.ErrorJson.GetProperty("reason").GetString());
        Assert.Contains(expected, result.ErrorJson.GetProperty("message").GetString());
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Run_WhenNoServerIsThere_EndsWithSix()
    {
        string endpoint;
        await using (var gone = await RunningServer.StartAsync(_directory.File("gone")))
            endpoint = gone.Endpoint;

        var result = await _cli.RunAsync(["status", "--json", "--endpoint", endpoint]);
        Assert.Equal(ExitCode.ServerUnavailable, result.ExitCode);
        Assert.Equal("ServerUnavailable", result.ErrorJson.GetProperty("reason").GetString());
        Assert.Contains("cannot be reached", result.ErrorJson.GetProperty("message").GetString());
        string images = _directory.Write("a.fvecs", Files.Fvecs(Files.Rows(10, 2)));
        Assert.Equal(ExitCode.ServerUnavailable, (await _cli.RunAsync(["import", "c", images, "--endpoint", endpoint])).ExitCode);
    }

    [Fact]
    public async Task Demo_OnAServer_TellsItsStoryAndLeavesNothingBehind()
    {
        var result = await _cli.RunAsync(["demo", "--count", "200", "--json", "--endpoint", _server.Endpoint]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(199, result.Json.GetProperty("pointsAfterReopen").GetInt64());
        Assert.Equal("[]", (await _cli.RunAsync(["collections", "list", "--json", "--endpoint", _server.Endpoint])).Output.Trim());

        // A collection of that name that is not the demo's is not touched.
        await _cli.RunAsync(["collections", "create", "pictures", "--vector", "v:2:dot", "--endpoint", _server.Endpoint]);
        var refused = await _cli.RunAsync(["demo", "--count", "200", "--json", "--endpoint", _server.Endpoint]);
        Assert.Equal(ExitCode.BadInput, refused.ExitCode);
        Assert.Equal("0", (await _cli.RunAsync(["count", "pictures", "--endpoint", _server.Endpoint])).Output.Trim());
    }

    private static string LastLine(string text) => text.TrimEnd().Split('\n')[^1];

    /// <summary>JSON without what differs from run to run.</summary>
    private static string Steady(string json)
    {
        if (json.Length == 0)
            return json;

        var node = JsonNode.Parse(json)!;
        Strip(node);
        return node.ToJsonString();

        static void Strip(JsonNode? node)
        {
            if (node is JsonArray array)
            {
                foreach (var item in array)
                    Strip(item);
            }

            if (node is not JsonObject fields)
                return;

            foreach (string name in s_volatile)
                fields.Remove(name);

            foreach (var (_, value) in fields)
                Strip(value);
        }
    }
}
