using VectorStore.Cli.Client;
using VectorStore.Cli.Tests.Support;

namespace VectorStore.Cli.Tests.EndToEnd;

/// <summary>Command lines on a real data directory: each opens the database, works and closes it, as separate processes would.</summary>
public sealed class EngineEndToEndTests : IDisposable
{
    private const string LabelOne = "{\"must\":[{\"key\":\"label\",\"match\":{\"value\":1}}]}";

    private readonly TempDirectory _directory = new();
    private readonly CommandHarness _cli = new(EngineClient.OpenAsync);

    private string Data => _directory.File("data");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Commands_OneAfterAnother_TellOneStory()
    {
        byte[][] pixels = Pixels(1_000);
        string images = _directory.Write("i.idx3.gz", Files.Gzip(Files.Idx3(4, 2, pixels)));
        string labels = _directory.Write("l.idx1.gz", Files.Gzip(Files.Idx1([.. Enumerable.Range(0, 1_000).Select(i => (byte)(i % 10))])));
        await OkAsync("collections", "create", "c", "--vector", "v:8:euclidean", "--full-scan-threshold", "100");

        var import = await OkAsync("import", "c", images, "--labels", labels, "--batch", "64", "--json");
        Assert.Equal(1_000, import.Json.GetProperty("acknowledged").GetInt64());
        Assert.Equal("{\"count\":1000}", (await OkAsync("count", "c", "--json")).Output.Trim());
        Assert.Equal("{\"count\":100}", (await OkAsync("count", "c", "--filter", LabelOne, "--json")).Output.Trim());

        var point = (await OkAsync("get", "c", "17", "--with-vectors", "--json")).Json;
        Assert.Equal(7, point.GetProperty("payload").GetProperty("label").GetInt32());
        Assert.Equal(pixels[17].Select(pixel => (float)pixel), point.GetProperty("vectors").GetProperty("v").EnumerateArray().Select(value => value.GetSingle()));

        var search = await OkAsync("search", "c", "--queries", images, "--query-limit", "200", "--recall-base", images, "--json");
        Assert.InRange(search.Json.GetProperty("recall").GetDouble(), 0.99, 1);
        var filtered = await OkAsync("search", "c", "--id", "17", "--filter", LabelOne, "--json");
        Assert.Equal(
            Enumerable.Repeat(1, 10),
            filtered.Json.GetProperty("results").EnumerateArray().Select(answer => answer.GetProperty("payload").GetProperty("label").GetInt32()));

        Assert.Equal(2, (await OkAsync("delete", "c", "17", "18", "9999", "--json")).Json.GetProperty("deleted").GetInt32());
        Assert.Equal(ExitCode.NotFound, (await RunAsync("get", "c", "17")).ExitCode);
        Assert.Equal("998", (await OkAsync("count", "c")).Output.Trim());
        Assert.False((await OkAsync("verify", "--json")).Json.GetProperty("damaged").GetBoolean());
        Assert.Contains("998", (await OkAsync("status")).Output);
        await OkAsync("collections", "delete", "c");
        Assert.Equal("[]", (await OkAsync("collections", "list", "--json")).Output.Trim());
    }

    [Fact]
    public async Task Import_JsonLinesWithEveryKindOfId_ComesBack()
    {
        string uuid = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
        string file = _directory.Write("a.jsonl", $"{{\"id\":18446744073709551615,\"vector\":[3,4],\"payload\":{{\"t\":\"ü\",\"n\":[1,{{}}]}}}}\n{{\"id\":\"{uuid}\",\"vectors\":{{\"v\":[1,0]}}}}\n");
        await OkAsync("collections", "create", "c", "--vector", "v:2:cosine");
        await OkAsync("import", "c", file);
        var points = (await OkAsync("get", "c", "18446744073709551615", uuid, "--with-vectors", "--json")).Json;
        Assert.Equal("{\"t\":\"ü\",\"n\":[1,{}]}", points[0].GetProperty("payload").GetRawText());
        Assert.Equal(0.6f, points[0].GetProperty("vectors").GetProperty("v")[0].GetSingle(), 1e-6f);
        Assert.Equal(uuid, points[1].GetProperty("id").GetString());
    }

    [Theory]
    [InlineData(1, "DimensionMismatch", "search c --query [1,2,3]")]
    [InlineData(1, "OutOfRange", "search c --query [1,2] --limit 0")]
    [InlineData(1, "OutOfRange", "search c --query [1,2] --limit 1000000000")]
    [InlineData(1, "OutOfRange", "search c --query [1,2] --offset -1")]
    [InlineData(1, "ZeroVector", "search c --query [0,0]")]
    [InlineData(1, "UnknownVector", "search c --query [1,2] --vector w")]
    [InlineData(1, "InvalidName", "collections create ../c --vector v:2:dot")]
    [InlineData(1, "InvalidConfiguration", "collections create d --vector v:0:dot")]
    [InlineData(1, "InvalidConfiguration", "collections create d --vector v:8:dot --quantization rotated --bits 3")]
    [InlineData(1, "InvalidConfiguration", "collections create d --vector v:8:manhattan --quantization rotated")]
    [InlineData(1, "InvalidConfiguration", "collections create d --vector v:8:dot --target-recall 2")]
    [InlineData(1, "OutOfRange", "search c --query [1,2] --target-recall 2")]
    [InlineData(1, "OutOfRange", "search c --query [1,2] --target-recall 0.9 --ef 50")]
    [InlineData(1, "OutOfRange", "search c --query [1,2] --oversampling 0.5 --explain")]
    [InlineData(1, "CollectionAlreadyExists", "collections create c --vector v:2:dot")]
    [InlineData(2, "CollectionNotFound", "count ghost")]
    public async Task Run_WithWhatTheEngineRefuses_HasItsReasonAndNoEffect(int exitCode, string reason, string line)
    {
        await OkAsync("collections", "create", "c", "--vector", "v:2:cosine");
        var result = await RunAsync([.. line.Split(' '), "--json"]);
        Assert.Empty(result.Output);
        Assert.Equal(reason, result.ErrorJson.GetProperty("reason").GetString());
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Single((await OkAsync("collections", "list", "--json")).Json.EnumerateArray());
    }

    [Fact]
    public async Task Import_WithABadVectorInOneBatch_StoresNothingOfThatBatch()
    {
        float[][] rows = Files.Rows(10, 2);
        rows[5][1] = float.NaN;
        await OkAsync("collections", "create", "c", "--vector", "v:2:dot");
        var result = await RunAsync("import", "c", _directory.Write("a.fvecs", Files.Fvecs(rows)), "--batch", "4", "--concurrency", "1", "--json");
        Assert.Equal(ExitCode.BadInput, result.ExitCode);
        Assert.Equal("NonFiniteVector", result.ErrorJson.GetProperty("reason").GetString());
        string message = result.ErrorJson.GetProperty("message").GetString()!;
        Assert.Contains("nothing of rows 4 to 7 was stored", message);
        Assert.Contains("4 points were acknowledged before", message);
        Assert.Equal("4", (await OkAsync("count", "c")).Output.Trim());
    }

    [Fact]
    public async Task Run_WhileAnotherHasTheDirectory_EndsWithFive()
    {
        await using var other = await EngineClient.OpenAsync(new ConnectionTarget(Data, CreateIfMissing: true), default);
        var result = await RunAsync("status", "--json");
        Assert.Equal(ExitCode.InUse, result.ExitCode);
        Assert.Equal("DataDirectoryInUse", result.ErrorJson.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Verify_AfterAByteWasFlipped_NamesTheFileAndOtherCollectionsGoOn()
    {
        string file = _directory.Write("a.fvecs", Files.Fvecs(Files.Rows(2_000, 8)));
        foreach (string name in (string[])["good", "bad"])
        {
            await OkAsync("collections", "create", name, "--vector", "v:8:euclidean");
            await OkAsync("import", name, file);
        }

        string damaged = new DirectoryInfo(Data).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(candidate => candidate.FullName.Contains("bad", StringComparison.Ordinal) && candidate.FullName.Contains("segment", StringComparison.Ordinal))
            .MaxBy(candidate => candidate.Length)!.FullName;
        byte[] bytes = File.ReadAllBytes(damaged);
        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(damaged, bytes);

        var verify = await RunAsync("verify", "bad", "--json");
        Assert.Equal(ExitCode.Damaged, verify.ExitCode);
        Assert.Contains(Path.GetFileName(damaged), verify.Json.GetProperty("collections")[0].GetProperty("problems")[0].GetString());
        Assert.Equal(ExitCode.Damaged, (await RunAsync("status")).ExitCode);
        Assert.Equal(ExitCode.Damaged, (await RunAsync("search", "bad", "--id", "1")).ExitCode);
        Assert.Equal("2000", (await OkAsync("count", "good")).Output.Trim());
        await OkAsync("verify", "good");

        // The largest file is that of the points: of those in the damaged block not even the id can be read.
        var said = await RunAsync("repair", "--json");
        Assert.Equal(ExitCode.Damaged, said.ExitCode);
        Assert.Equal(["repairable", "sound"], said.Json.GetProperty("collections").EnumerateArray().Select(report => report.GetProperty("state").GetString()));
        Assert.Equal(ExitCode.Damaged, (await RunAsync("status")).ExitCode);
        var repaired = await OkAsync("repair", "bad", "--accept-loss", "--json");
        var loss = repaired.Json.GetProperty("collections")[0].GetProperty("losses")[0];
        Assert.Equal("points", loss.GetProperty("kind").GetString());
        Assert.InRange(loss.GetProperty("points").GetInt32(), 1, 200);
        Assert.Equal(0, loss.GetProperty("pointIds").GetArrayLength());
        Assert.Equal($"{2000 - loss.GetProperty("points").GetInt32()}", (await OkAsync("count", "bad")).Output.Trim());
        Assert.True(Directory.Exists(repaired.Json.GetProperty("collections")[0].GetProperty("damagedDirectory").GetString()));
        await OkAsync("repair");
        Assert.Equal(ExitCode.NotFound, (await RunAsync("repair", "ghost")).ExitCode);

        await OkAsync("collections", "delete", "bad");
        await OkAsync("status");
    }

    [SkippableFact]
    public async Task Commands_OnRealTextEmbeddings_ReachTheShippedNeighbours()
    {
        string file = SharedData.File("bge-micro-v2-384/base.fbin");
        await OkAsync("collections", "create", "notes", "--vector", "text:384:cosine", "--full-scan-threshold", "1000");
        await OkAsync("import", "notes", file, "--meta", SharedData.File("bge-micro-v2-384/base.meta.jsonl.gz"));
        var search = await OkAsync(
            "search", "notes", "--queries", SharedData.File("bge-micro-v2-384/queries.fbin"), "--ground-truth", SharedData.File("bge-micro-v2-384/groundtruth.cosine.top100.ivecs"), "--json");
        Assert.InRange(search.Json.GetProperty("recall").GetDouble(), 0.99, 1);
        var byBase = await OkAsync("search", "notes", "--queries", SharedData.File("bge-micro-v2-384/queries.fbin"), "--recall-base", file, "--exact", "--json");
        Assert.Equal(1, byBase.Json.GetProperty("recall").GetDouble());
    }

    private static byte[][] Pixels(int count)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            byte[] pixels = new byte[8];
            random.NextBytes(pixels);
            return pixels;
        })];
    }

    private async Task<CommandResult> OkAsync(params string[] args)
    {
        var result = await RunAsync(args);
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', args)} ended with {result.ExitCode}: {result.Error}");
        return result;
    }

    private Task<CommandResult> RunAsync(params string[] args) => _cli.RunAsync([.. args, "--data", Data]);
}
