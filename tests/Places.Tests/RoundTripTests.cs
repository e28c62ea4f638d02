using VectorStore.Engine;
using VectorStore.Places.S3;
using VectorStore.Places.Tests.Standin;
using VectorStore.Places.Tests.Support;

namespace VectorStore.Places.Tests;

/// <summary>A real snapshot, from one database to another.</summary>
public sealed class RoundTripTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vectorstore-places-").FullName;
    private VectorDatabase _from = null!;
    private VectorDatabase _to = null!;
    private SnapshotInfo _made = null!;

    public async Task InitializeAsync()
    {
        _from = await VectorDatabase.OpenAsync(Path.Combine(_directory, "from"));
        _to = await VectorDatabase.OpenAsync(Path.Combine(_directory, "to"));
        var films = await _from.CreateCollectionAsync("films", CollectionConfig.WithVector("v", 4, Metric.Euclidean));
        await films.UpsertAsync([.. Enumerable.Range(0, 500).Select(id => new Point((ulong)id, new float[] { id, 1, 2, 3 }, Payload.FromJson($"{{\"text\":\"{Convert.ToBase64String(Archives.Bytes(900, id))}\"}}")))]);
        _made = await films.CreateSnapshotAsync("daily");
    }

    public async Task DisposeAsync()
    {
        await _from.DisposeAsync();
        await _to.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Snapshot_ThroughADirectory_IsTheSame()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "kept"));
        using var place = SnapshotPlaces.Open(Path.Combine(_directory, "kept"));
        await CarryAsync(place);
    }

    [Fact]
    public async Task Snapshot_ThroughABucketWhoseConnectionsBreak_IsTheSame()
    {
        await using var s3 = await S3Standin.StartAsync();
        using var place = S3Place.Open(
            S3Settings.Parse($"s3://{S3Standin.BucketName}?endpoint={s3.Endpoint}") with { PartBytes = 100_000, FirstDelay = TimeSpan.FromMilliseconds(1) },
            new Amazon.Runtime.BasicAWSCredentials(S3Standin.AccessKey, S3Standin.SecretKey));
        s3.Fail("UploadPart", S3Fault.CutBefore, S3Fault.ServerError, S3Fault.CutAfter);
        s3.Fail("Complete", S3Fault.CutAfter);
        s3.Fail("GetObject", S3Fault.CutInBody, S3Fault.CutInBody);
        await CarryAsync(place);
        Assert.True(s3.Requests.Count(request => request == "UploadPart") > 5, "the archive is too small to test with");
    }

    private async Task CarryAsync(ISnapshotPlace place)
    {
        string key = ArchiveKey.Of("films", "daily");
        await using (var archive = _from.OpenSnapshotArchive("films", "daily"))
            await place.PutAsync(key, archive, _made.ArchiveBytes);

        await using (var archive = await place.OpenReadAsync(key))
            Assert.Equal(_made.Checksum, (await _to.ImportSnapshotAsync("films", archive)).Checksum);

        var restored = await _to.RestoreSnapshotAsync("films", "daily");
        Assert.Equal(500, await restored.CountAsync());
    }
}
