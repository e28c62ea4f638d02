using VectorStore.Cli.Client;
using VectorStore.Cli.Tests.Support;
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
        Assert.Equal(pushed.Json.GetRawText(), listed.GetRawText());
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
