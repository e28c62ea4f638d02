using System.Text.Json.Nodes;
using VectorStore.Cli.Client;
using VectorStore.Cli.Tests.Support;

namespace VectorStore.Cli.Tests.EndToEnd;

/// <summary>Every command with <c>--endpoint</c> says what it says with <c>--data</c>: the same JSON, sentences and exit codes.</summary>
public sealed class ServerEndToEndTests : IAsyncLifetime
{
    // Times and sizes differ from run to run; and in process every command opens the database anew, which may take a position in the log of its own and seals
    // what was growing: the same points are found on other ways.
    private static readonly string[] s_volatile =
    [
        "tookMs", "acknowledgedSeconds", "acknowledgedPerSecond", "indexedSeconds", "indexedPerSecond", "sealedSeconds", "qps", "meanMs", "p50Ms", "p95Ms", "p99Ms", "maxMs",
        "seconds", "memoryBytes", "diskBytes", "bytesRead", "filesRead", "lsn", "sealedLsn",
        "explanation", "lastFinished", "createdAt", "storedAt", "checksum", "files", "bytes", "archiveBytes", "compressedBytes",
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
        string archive = _directory.File("archive");
        string place = Directory.CreateDirectory(_directory.File("place")).FullName;
        string torn = _directory.Write("torn.jsonl", "{\"vector\":[1,2,3]}\n");
        const string Filter = "{\"must\":[{\"key\":\"label\",\"match\":{\"value\":1}}]}";
        string[][] story =
        [
            ["collections", "create", "c", "--vector", "v:8:euclidean", "--full-scan-threshold", "100", "--m", "8"],
            ["collections", "create", "c", "--vector", "v:8:euclidean"],
            ["collections", "create", "../c", "--vector", "v:8:euclidean"],
            ["collections", "create", "d", "--vector", "a:0:dot"],
            ["collections", "create", "e", "--vector", "a:3:dot", "--vector", "b:4:cosine", "--durability", "interval"],
            ["collections", "create", "f", "--vector", "a:8:dot", "--quantization", "rotated", "--bits", "4", "--profile", "turbo", "--originals", "memory", "--codes", "disk", "--graph", "disk", "--target-recall", "0.95"],
            ["collections", "create", "g", "--vector", "a:8:euclidean", "--quantization", "product", "--compression", "32", "--quantile", "0.99"],
            ["collections", "info", "f"],
            ["collections", "info", "g"],
            ["collections", "create", "h", "--vector", "a:8:dot", "--quantization", "rotated", "--bits", "3"],
            ["collections", "create", "h", "--vector", "a:8:dot", "--compression", "5"],
            ["collections", "create", "h", "--vector", "a:8:dot", "--quantile", "0.1"],
            ["collections", "create", "h", "--vector", "a:8:manhattan", "--quantization", "rotated"],
            ["collections", "create", "h", "--vector", "a:8:dot", "--target-recall", "2"],
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
            ["search", "c", "--query", "[1,2,3,4,5,6,7,8]", "--limit", "3", "--oversampling", "2.5", "--target-recall", "0.95"],
            ["search", "c", "--query", "[1,2,3,4,5,6,7,8]", "--limit", "3", "--exact", "--no-rescore"],
            ["search", "c", "--query", "[1,2,3,4,5,6,7,8]", "--limit", "3", "--explain"],
            ["search", "c", "--id", "17", "--limit", "3", "--explain", "--no-payload"],
            ["search", "c", "--queries", images, "--query-limit", "5", "--target-recall", "0.9"],
            ["search", "c", "--query", "[1,2,3,4,5,6,7,8]", "--target-recall", "2"],
            ["search", "c", "--query", "[1,2,3,4,5,6,7,8]", "--target-recall", "0.9", "--ef", "100"],
            ["search", "c", "--query", "[1,2,3,4,5,6,7,8]", "--oversampling", "0.5"],
            ["search", "c", "--query", "[1,2,3,4,5,6,7,8]", "--oversampling", "101", "--explain"],
            ["search", "ghost", "--query", "[1]", "--explain"],
            ["payload", "set", "c", "17", "9999", "--payload", "{\"note\":\"ä\",\"n\":12345678901234567890}"],
            ["payload", "set", "c", "17", "--payload", "{}"],
            ["payload", "set", "c", "17", "--payload", "[1]"],
            ["payload", "overwrite", "c", "--filter", Filter, "--payload", "{\"label\":7,\"all\":true}"],
            ["payload", "delete", "c", "17", uuid, "--field", "label", "--field", "n"],
            ["payload", "clear", "c", "18"],
            ["payload", "clear", "c"],
            ["payload", "clear", "c", "1", "--filter", Filter],
            ["payload", "clear", "ghost", "1"],
            ["get", "c", "17", "18", uuid],
            ["delete", "c", "17", "18", "9999", uuid],
            ["delete", "ghost", "1"],
            ["get", "c", "17"],
            ["collections", "info", "c"],
            ["collections", "info", "ghost"],
            ["collections", "update", "c", "--quantization", "rotated", "--bits", "4", "--ef-search", "60", "--wait"],
            ["collections", "update", "c", "--m", "500"],
            ["collections", "update", "c", "--vector", "w", "--m", "8"],
            ["collections", "update", "c"],
            ["collections", "update", "ghost", "--m", "8"],
            ["collections", "info", "c"],
            ["optimizer", "status", "c"],
            ["optimizer", "status", "ghost"],
            ["optimizer", "run", "c"],
            ["optimizer", "run", "ghost"],
            ["collections", "list"],
            ["status"],
            ["verify"],
            ["verify", "c"],
            ["verify", "ghost"],
            ["snapshot", "create", "c", "before"],
            ["snapshot", "create", "c", "before"],
            ["snapshot", "create", "c", "../before"],
            ["snapshot", "create", "ghost", "before"],
            ["snapshot", "list", "c"],
            ["snapshot", "list", "ghost"],
            ["snapshot", "list", "../c"],
            ["snapshot", "verify", "c", "before"],
            ["snapshot", "verify", "c", "ghost"],
            ["snapshot", "download", "c", "before", archive, "--overwrite"],
            ["snapshot", "download", "c", "before", archive],
            ["snapshot", "download", "c", "ghost", archive, "--overwrite"],
            ["snapshot", "upload", "copies", archive],
            ["snapshot", "upload", "copies", archive],
            ["snapshot", "download", "c", "before", archive, "--overwrite", "--compress", "lz4"],
            ["snapshot", "upload", "unwrapped", archive],
            ["snapshot", "create", "c", "second"],
            ["snapshot", "download", "c", "second", archive, "--overwrite", "--base", "before"],
            ["snapshot", "download", "c", "second", archive, "--overwrite", "--base", "second"],
            ["snapshot", "download", "c", "second", archive, "--overwrite", "--base", "ghost"],
            ["snapshot", "upload", "nowhere", archive],
            ["snapshot", "upload", "copies", archive],
            ["snapshot", "verify", "copies", "second"],
            ["snapshot", "delete", "copies", "second"],
            ["snapshot", "delete", "c", "second"],
            ["snapshot", "upload", "copies", torn],
            ["snapshot", "upload", "../copies", archive],
            ["snapshot", "upload", "copies", _directory.File("ghost")],
            ["snapshot", "list", "copies"],
            ["snapshot", "push", "c", "before", place, "--overwrite"],
            ["snapshot", "push", "c", "before", place],
            ["snapshot", "push", "c", "ghost", place],
            ["snapshot", "push", "ghost", "before", place],
            ["snapshot", "push", "c", "before", _directory.File("ghost")],
            ["snapshot", "pull", "c", "before", place, "--to", "pulled"],
            ["snapshot", "pull", "c", "before", place, "--to", "pulled"],
            ["snapshot", "pull", "c", "ghost", place],
            ["snapshot", "pull", "c", "before", "gs://ghost"],
            ["snapshot", "push", "c", "before", place, "--overwrite", "--compress", "none"],
            ["snapshot", "push", "c", "before", place, "--overwrite", "--compress", "gzip"],
            ["snapshot", "list", "pulled"],
            ["delete", "c", "20"],
            ["snapshot", "restore", "copies", "before", "--to", "restored"],
            ["count", "restored"],
            ["snapshot", "restore", "c", "before"],
            ["snapshot", "restore", "c", "ghost"],
            ["snapshot", "restore", "c", "before", "--replace"],
            ["count", "c"],
            ["snapshot", "delete", "c", "before"],
            ["snapshot", "delete", "c", "before"],
            ["snapshot", "create", "--all", "whole"],
            ["snapshot", "create", "--all", "whole"],
            ["snapshot", "list", "--all"],
            ["snapshot", "verify", "--all", "whole"],
            ["snapshot", "download", "--all", "whole", archive, "--overwrite"],
            ["snapshot", "upload", "--all", archive],
            ["snapshot", "push", "--all", "whole", place, "--overwrite"],
            ["snapshot", "push", "--all", "ghost", place],
            ["snapshot", "upload", "c", archive],
            ["snapshot", "restore", "--all", "whole"],
            ["snapshot", "restore", "--all", "whole", "--replace"],
            ["snapshot", "delete", "--all", "whole"],
            ["snapshot", "delete", "--all", "whole"],
            ["snapshot", "schedule", "list"],
            ["snapshot", "schedule", "set", "ghost", "--every", "6h", "--keep", "2"],
            ["snapshot", "schedule", "set", "c", "--every", "6h", "--keep", "0"],
            ["snapshot", "schedule", "set", "c", "--every", "400d", "--keep", "1"],
            ["snapshot", "schedule", "remove", "c"],
            ["snapshot", "schedule", "remove", "--all"],
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
    [InlineData("collections create h --vector a:8:dot --bits 3", "config.vectors.a.quantization.bits: expected 1, 2, 4 or 8, got 3")]
    [InlineData("collections create h --vector a:8:manhattan --quantization rotated", "config.vectors.a.quantization.kind: Rotated does not keep Manhattan distances; expected Auto, None, Float16 or Int8")]
    [InlineData("collections create h --vector a:8:dot --target-recall 2", "config.vectors.a.targetRecall: expected 0.5 to 0.999, got 2")]
    [InlineData("search c --query [1,2] --target-recall 2", "targetRecall: expected 0.5 to 0.999, got 2")]
    [InlineData("search c --query [1,2] --target-recall 0.9 --ef 10", "targetRecall: ef and targetRecall both say how hard to search; give one of them")]
    [InlineData("search c --query [1,2] --oversampling 101 --explain", "oversampling: expected 1 to 100, got 101")]
    public async Task Run_WithNumbersThatCannotBe_SaysTheEnginesSentenceInBothPlaces(string line, string sentence)
    {
        foreach (string[] where in (string[][])[["--data", _directory.File("data")], ["--endpoint", _server.Endpoint]])
        {
            await _cli.RunAsync(["collections", "create", "c", "--vector", "v:2:dot", .. where]);
            var result = await _cli.RunAsync([.. line.Split(' '), "--json", .. where]);
            Assert.Equal(ExitCode.BadInput, result.ExitCode);
            Assert.Equal(sentence, result.ErrorJson.GetProperty("message").GetString());
            Assert.Equal(sentence[..sentence.IndexOf(':', StringComparison.Ordinal)], result.ErrorJson.GetProperty("field").GetString());
        }
    }

    [Fact]
    public async Task Optimizer_OfAServer_IsPausedUntilItIsResumed()
    {
        string[] where = ["--json", "--endpoint", _server.Endpoint];
        await _cli.RunAsync(["collections", "create", "c", "--vector", "v:2:dot", .. where]);
        Assert.Equal("paused", (await _cli.RunAsync(["optimizer", "pause", "c", .. where])).Json.GetProperty("state").GetString());
        Assert.Equal("paused", (await _cli.RunAsync(["optimizer", "status", "c", .. where])).Json.GetProperty("state").GetString());
        Assert.Equal(ExitCode.Ok, (await _cli.RunAsync(["optimizer", "run", "c", .. where])).ExitCode);
        Assert.Equal("idle", (await _cli.RunAsync(["optimizer", "resume", "c", .. where])).Json.GetProperty("state").GetString());
        Assert.Equal(ExitCode.NotFound, (await _cli.RunAsync(["optimizer", "pause", "ghost", .. where])).ExitCode);
    }

    [Fact]
    public async Task Scrub_OfAServerAndOfADirectory_ReadsEverythingWhenAsked()
    {
        string lines = _directory.Write("a.jsonl", "{\"id\":1,\"vector\":[1,1]}\n");
        foreach (string[] where in (string[][])[["--data", _directory.File("data")], ["--endpoint", _server.Endpoint]])
        {
            await _cli.RunAsync(["collections", "create", "c", "--vector", "v:2:dot", .. where]);
            await _cli.RunAsync(["import", "c", lines, .. where]);
            var run = await _cli.RunAsync(["scrub", "run", "--json", .. where]);
            Assert.Equal((ExitCode.Ok, false), (run.ExitCode, run.Json.GetProperty("damaged").GetBoolean()));
            Assert.NotNull((await _cli.RunAsync(["scrub", "status", "--json", .. where])).Json.GetProperty("lastFullPass").GetString());
        }

        string[] server = ["--json", "--endpoint", _server.Endpoint];
        Assert.Equal("paused", (await _cli.RunAsync(["scrub", "pause", .. server])).Json.GetProperty("state").GetString());
        Assert.Equal("waiting", (await _cli.RunAsync(["scrub", "resume", .. server])).Json.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Search_Explained_TellsOfEverySegmentInBothPlaces()
    {
        string lines = _directory.Write("a.jsonl", string.Concat(Enumerable.Range(0, 50).Select(id => $"{{\"id\":{id},\"vector\":[{id},1]}}\n")));
        foreach (string[] where in (string[][])[["--data", _directory.File("data")], ["--endpoint", _server.Endpoint]])
        {
            await _cli.RunAsync(["collections", "create", "c", "--vector", "v:2:euclidean", .. where]);
            await _cli.RunAsync(["import", "c", lines, .. where]);
            var explained = await _cli.RunAsync(["search", "c", "--query", "[7,1]", "--limit", "3", "--explain", "--json", .. where]);
            Assert.Equal([7, 6, 8], explained.Json.GetProperty("results").EnumerateArray().Select(point => point.GetProperty("id").GetInt32()));
            var segments = explained.Json.GetProperty("explanation").GetProperty("segments").EnumerateArray().ToList();
            Assert.Equal(50, segments.Sum(segment => segment.GetProperty("accepted").GetInt32()));
            Assert.All(segments, segment => Assert.Contains(segment.GetProperty("path").GetString(), (string[])["scan", "graph", "graphAndScan", "codeScan"]));
            Assert.All(segments, segment => Assert.NotEmpty(segment.GetProperty("encoding").GetString()!));
            Assert.True(explained.Json.GetProperty("explanation").GetProperty("elapsedMs").GetDouble() > 0);

            var people = await _cli.RunAsync(["search", "c", "--query", "[7,1]", "--limit", "3", "--explain", .. where]);
            Assert.Contains($"{segments.Count} segments searched in ", people.Output);
            Assert.Matches(@"\d+ (sealed|growing)", people.Output);
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
