using VectorStore.Cli.Client;
using VectorStore.Cli.Tests.Support;
using VectorStore.Lz4;
using VectorStore.Places.Tests.Standin;

namespace VectorStore.Cli.Tests.EndToEnd;

/// <summary>Snapshots that leave the machine: from one data directory through a bucket, or a directory, to another one, by commands alone.</summary>
public sealed class PlaceEndToEndTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private readonly CommandHarness _cli = new(ConnectionTarget.ConnectAsync);
    private S3Standin _s3 = null!;

    // As the library of S3 finds them, in the whole process; no other test has any.
    static PlaceEndToEndTests()
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", S3Standin.AccessKey);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", S3Standin.SecretKey);
    }

    private string Data => _directory.File("data");

    private string Bucket => $"s3://{S3Standin.BucketName}/nightly?endpoint={_s3.Endpoint}";

    public async Task InitializeAsync()
    {
        _s3 = await S3Standin.StartAsync();
        string lines = _directory.Write("points.jsonl", string.Concat(Enumerable.Range(0, 200).Select(id => $"{{\"id\":{id},\"vector\":[{id},1,2]}}\n")));
        await OkAsync("collections", "create", "films", "--vector", "v:3:euclidean", "--data", Data);
        await OkAsync("import", "films", lines, "--data", Data);
        await OkAsync("snapshot", "create", "films", "daily", "--data", Data);
    }

    public async Task DisposeAsync()
    {
        await _s3.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task PushListPullRestoreDelete_ThroughABucket()
    {
        var pushed = await OkAsync("snapshot", "push", "films", "daily", Bucket, "--data", Data, "--json");
        Assert.Equal(("daily", "s3://backups/nightly", "films/daily.vssnap"), (Text(pushed, "snapshot"), Text(pushed, "place"), Text(pushed, "key")));
        var listed = (await OkAsync("snapshot", "list", "films", "--place", Bucket, "--json")).Json[0];
        var made = (await OkAsync("snapshot", "list", "films", "--data", Data, "--json")).Json[0];
        Assert.Equal(pushed.Json.GetRawText(), $"{listed.GetRawText()[..^1]},\"archiveBytes\":{made.GetProperty("archiveBytes")},\"compression\":\"lz4\"}}");
        Assert.Contains("2026-01-02 03:04:05", (await OkAsync("snapshot", "list", "films", "--place", Bucket)).Output, StringComparison.Ordinal);

        string other = _directory.File("other");
        Assert.Equal("daily", Text(await OkAsync("snapshot", "pull", "films", "daily", Bucket, "--to", "copies", "--data", other, "--json"), "name"));
        await OkAsync("snapshot", "restore", "copies", "daily", "--data", other);
        Assert.Contains("200", (await OkAsync("count", "copies", "--data", other)).Output, StringComparison.Ordinal);

        Assert.Equal("""{"deleted":"films/daily.vssnap"}""", (await OkAsync("snapshot", "delete", "films", "daily", "--place", Bucket, "--json")).Output.Trim());
        Assert.Equal("[]", (await OkAsync("snapshot", "list", "films", "--place", Bucket, "--json")).Output.Trim());
        await OkAsync("snapshot", "verify", "films", "daily", "--data", Data);
    }

    [Fact]
    public async Task Compressed_OrNot_IsPulledAndUploadedAlike()
    {
        string place = Directory.CreateDirectory(_directory.File("place")).FullName;
        string kept = Path.Combine(place, "films", "daily.vssnap");
        string plain = _directory.File("plain.vssnap");
        await OkAsync("snapshot", "download", "films", "daily", plain, "--data", Data);
        byte[] archive = await File.ReadAllBytesAsync(plain);
        Assert.Equal("VSSNAPAR"u8.ToArray(), archive[..8]);

        var wrapped = await OkAsync("snapshot", "push", "films", "daily", place, "--data", Data, "--json");
        Assert.Equal(("lz4", (int)new FileInfo(kept).Length, archive.Length), (Text(wrapped, "compression"), Number(wrapped, "bytes"), Number(wrapped, "archiveBytes")));
        Assert.True(Number(wrapped, "bytes") < archive.Length * 3 / 4, wrapped.Output);
        Assert.Equal(archive, await UnwrappedAsync(kept));
        await OkAsync("snapshot", "pull", "films", "daily", place, "--to", "wrapped", "--data", Data);

        var raw = await OkAsync("snapshot", "push", "films", "daily", place, "--compress", "none", "--overwrite", "--data", Data, "--json");
        Assert.Equal(("none", archive.Length), (Text(raw, "compression"), Number(raw, "bytes")));
        Assert.Equal(archive, await File.ReadAllBytesAsync(kept));
        await OkAsync("snapshot", "pull", "films", "daily", place, "--to", "raw", "--data", Data);
        Assert.Contains(" KiB compressed", (await OkAsync("snapshot", "push", "films", "daily", place, "--compress", "lz4", "--overwrite", "--data", Data)).Output, StringComparison.Ordinal);

        string named = _directory.File("films.vssnap.lz4");
        var downloaded = await OkAsync("snapshot", "download", "films", "daily", named, "--data", Data, "--json");
        Assert.Equal(new FileInfo(named).Length, Number(downloaded, "compressedBytes"));
        Assert.Equal(archive, await UnwrappedAsync(named));
        await OkAsync("snapshot", "upload", "uploaded", named, "--data", Data);
        Assert.Contains(" KiB compressed", (await OkAsync("snapshot", "download", "films", "daily", plain, "--compress", "lz4", "--overwrite", "--data", Data)).Output, StringComparison.Ordinal);
        Assert.Equal(archive, await UnwrappedAsync(plain));
        await OkAsync("snapshot", "download", "films", "daily", named, "--compress", "none", "--overwrite", "--data", Data);
        Assert.Equal(archive, await File.ReadAllBytesAsync(named));
        await RefusedAsync(ExitCode.BadInput, "InvalidUsage", "--compress: expected auto, lz4 or none, got 'zstd'", "snapshot", "push", "films", "daily", place, "--compress", "zstd", "--data", Data);

        await using var server = await RunningServer.StartAsync(_directory.File("server"));
        await OkAsync("snapshot", "push", "films", "daily", place, "--overwrite", "--data", Data);
        await OkAsync("snapshot", "pull", "films", "daily", place, "--endpoint", server.Endpoint);
        await OkAsync("snapshot", "push", "films", "daily", Bucket, "--endpoint", server.Endpoint);
        await OkAsync("snapshot", "pull", "films", "daily", Bucket, "--to", "back", "--data", Data);
        foreach (string collection in (string[])["wrapped", "raw", "uploaded", "back"])
            Assert.Equal(Text(downloaded, "checksum"), (await OkAsync("snapshot", "list", collection, "--data", Data, "--json")).Json[0].GetProperty("checksum").GetString());
    }

    [Fact]
    public async Task Noise_IsKeptAsItIs_UnlessOneInsists()
    {
        string place = Directory.CreateDirectory(_directory.File("place")).FullName;
        var random = new Random(5);
        string Vector() => string.Join(',', Enumerable.Range(0, 256).Select(_ => $"{random.NextSingle() - 0.5f:R}"));
        string lines = _directory.Write("noise.jsonl", string.Concat(Enumerable.Range(0, 1_000).Select(id => $"{{\"id\":{id},\"vector\":[{Vector()}]}}\n")));
        await OkAsync("collections", "create", "noise", "--vector", "v:256:dot", "--data", Data);
        await OkAsync("import", "noise", lines, "--data", Data);
        await OkAsync("snapshot", "create", "noise", "daily", "--data", Data);
        var auto = await OkAsync("snapshot", "push", "noise", "daily", place, "--data", Data, "--json");
        Assert.Equal("none", Text(auto, "compression"));
        var insisted = await OkAsync("snapshot", "push", "noise", "daily", place, "--compress", "lz4", "--overwrite", "--data", Data, "--json");
        Assert.Equal("lz4", Text(insisted, "compression"));
        await OkAsync("snapshot", "pull", "noise", "daily", place, "--to", "copies", "--data", Data);
    }

    [Fact]
    public async Task WholeDatabase_IsPushedListedPulledAndDeleted()
    {
        await OkAsync("snapshot", "create", "--all", "whole", "--data", Data);
        await OkAsync("snapshot", "push", "films", "daily", Bucket, "--data", Data);
        Assert.Equal("whole.vssnap", Text(await OkAsync("snapshot", "push", "--all", "whole", Bucket, "--data", Data, "--json"), "key"));
        Assert.Equal("whole", Assert.Single((await OkAsync("snapshot", "list", "--all", "--place", Bucket, "--json")).Json.EnumerateArray()).GetProperty("snapshot").GetString());
        Assert.Equal("daily", Assert.Single((await OkAsync("snapshot", "list", "films", "--place", Bucket, "--json")).Json.EnumerateArray()).GetProperty("snapshot").GetString());
        string other = _directory.File("other");
        Assert.Contains("1 collections as of one instant", (await OkAsync("snapshot", "pull", "--all", "whole", Bucket, "--data", other)).Output, StringComparison.Ordinal);
        await OkAsync("snapshot", "restore", "--all", "whole", "--data", other);
        Assert.Contains("200", (await OkAsync("count", "films", "--data", other)).Output, StringComparison.Ordinal);
        await RefusedAsync(ExitCode.NotFound, "SnapshotNotFound", "there is no snapshot 'ghost' of the whole database", "snapshot", "push", "--all", "ghost", Bucket, "--data", Data);
        await OkAsync("snapshot", "delete", "--all", "whole", "--place", Bucket);
        Assert.Equal("[]", (await OkAsync("snapshot", "list", "--all", "--place", Bucket, "--json")).Output.Trim());
    }

    [Fact]
    public async Task Mistakes_NameBucketAndKey_AndHaveExitCodes()
    {
        await OkAsync("snapshot", "push", "films", "daily", Bucket, "--data", Data);
        await RefusedAsync(ExitCode.BadInput, "ArchiveAlreadyExists", "there is an archive s3://backups/nightly/films/daily.vssnap already", "snapshot", "push", "films", "daily", Bucket, "--data", Data);
        await OkAsync("snapshot", "push", "films", "daily", Bucket, "--overwrite", "--data", Data);
        await RefusedAsync(ExitCode.NotFound, "ArchiveNotFound", "there is no archive s3://backups/nightly/films/weekly.vssnap", "snapshot", "pull", "films", "weekly", Bucket, "--data", Data);
        await RefusedAsync(ExitCode.NotFound, "SnapshotNotFound", "there is no snapshot 'weekly' of collection 'films'", "snapshot", "push", "films", "weekly", Bucket, "--data", Data);
        await RefusedAsync(ExitCode.NotFound, "PlaceNotFound", "there is no bucket 'nowhere'", "snapshot", "list", "films", "--place", $"s3://nowhere?endpoint={_s3.Endpoint}");
        await RefusedAsync(ExitCode.BadInput, "InvalidAddress", "expected a directory, or s3://bucket/prefix, got 'gs://x'", "snapshot", "list", "films", "--place", "gs://x");
        await RefusedAsync(ExitCode.BadInput, "InvalidUsage", "--place needs neither --data nor --endpoint", "snapshot", "delete", "films", "daily", "--place", Bucket, "--data", Data);
        await RefusedAsync(ExitCode.BadInput, "SnapshotAlreadyExists", "", "snapshot", "pull", "films", "daily", Bucket, "--data", Data);
    }

    private static string? Text(CommandResult result, string member) => result.Json.GetProperty(member).GetString();

    private static int Number(CommandResult result, string member) => result.Json.GetProperty(member).GetInt32();

    private static async Task<byte[]> UnwrappedAsync(string path)
    {
        await using var file = File.OpenRead(path);
        await using var content = new Lz4DecodingStream(file);
        using var archive = new MemoryStream();
        await content.CopyToAsync(archive);
        return archive.ToArray();
    }

    private async Task<CommandResult> OkAsync(params string[] args)
    {
        var result = await _cli.RunAsync(args);
        Assert.True(result.ExitCode == ExitCode.Ok, $"{string.Join(' ', args)}: {result.Error}");
        return result;
    }

    private async Task RefusedAsync(int exitCode, string reason, string sentence, params string[] args)
    {
        var result = await _cli.RunAsync([.. args, "--json"]);
        Assert.Equal((exitCode, reason), (result.ExitCode, result.ErrorJson.GetProperty("reason").GetString()));
        Assert.Contains(sentence, result.ErrorJson.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
