using System.Security.Cryptography;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;

namespace VectorStore.Server.Tests.Services;

/// <summary>Snapshots over the wire, but for their archives.</summary>
public sealed class SnapshotServiceTests : IAsyncLifetime
{
    private TestServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        await _server.Grpc.CreateAsync("points");
        await _server.Grpc.UpsertAsync(TestPoints.Upsert("points", [.. Enumerable.Range(0, 100).Select(id => TestPoints.Point((ulong)id))]));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Snapshot_IsMadeListedVerifiedAndDeleted()
    {
        var made = await CreateAsync("daily");
        Assert.Equal(("daily", "points", ""), (made.Name, made.Collection, made.Problem));
        Assert.Equal(TestPoints.Dimension, made.Config.Vectors["v"].Dimension);
        Assert.True(made.Files > 0 && made.Bytes > 0 && made.ArchiveBytes > made.Bytes && made.Lsn > 0);
        Assert.Equal(64, made.Checksum.Length);
        Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(made.CreatedUnixMs), TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow());

        Assert.Equal(made, Assert.Single(await ListAsync("points")));
        Assert.Equal(made, (await _server.Grpc.CallAsync<GetSnapshotResponse>("SnapshotService/GetSnapshot", new GetSnapshotRequest { Collection = "points", Snapshot = "daily" })).Snapshot);
        Assert.Empty(await ListAsync("nobody"));

        var (told, error) = await _server.Grpc.AllAsync<VerifySnapshotResponse>("SnapshotService/VerifySnapshot", new VerifySnapshotRequest { Collection = "points", Snapshot = "daily" });
        Assert.Null(error);
        Assert.All(told.SkipLast(1), progress => Assert.Null(progress.Report));
        Assert.Equal((2 * made.Bytes, 2 * made.Bytes), (told[^1].BytesDone, told[^1].BytesTotal));
        Assert.Empty(told[^1].Report.Problems);
        Assert.True(told[^1].Report.FilesRead >= made.Files && told[^1].Report.BytesRead >= made.Bytes);

        await _server.Grpc.CallAsync<DeleteSnapshotResponse>("SnapshotService/DeleteSnapshot", new DeleteSnapshotRequest { Collection = "points", Snapshot = "daily" });
        Assert.Empty(await ListAsync("points"));
    }

    [Fact]
    public async Task Snapshot_OfATakenName_OrOfNoCollection_IsRefused()
    {
        await CreateAsync("daily");
        var taken = await _server.Grpc.RefusedAsync("SnapshotService/CreateSnapshot", new CreateSnapshotRequest { Collection = "points", Snapshot = "daily" });
        Assert.Equal((StatusCode.AlreadyExists, "SNAPSHOT_ALREADY_EXISTS", "collection 'points' has a snapshot 'daily' already"), (taken.Code, taken.Reason, taken.Message));
        var nobody = await _server.Grpc.RefusedAsync("SnapshotService/CreateSnapshot", new CreateSnapshotRequest { Collection = "nobody", Snapshot = "daily" });
        Assert.Equal((StatusCode.NotFound, "COLLECTION_NOT_FOUND"), (nobody.Code, nobody.Reason));
    }

    [Theory]
    [InlineData("GetSnapshot")]
    [InlineData("DeleteSnapshot")]
    [InlineData("VerifySnapshot")]
    [InlineData("RestoreSnapshot")]
    [InlineData("DownloadSnapshot")]
    public async Task Calls_OnASnapshotThatIsNotThere_SayNotFound_AndOnANameThatCannotBe_SayThat(string method)
    {
        // Fields 1 and 2 of each of these requests are collection and snapshot.
        var refused = await _server.Grpc.RefusedAsync($"SnapshotService/{method}", new GetSnapshotRequest { Collection = "points", Snapshot = "nothing" });
        Assert.Equal((StatusCode.NotFound, "SNAPSHOT_NOT_FOUND", "there is no snapshot 'nothing' of collection 'points'"), (refused.Code, refused.Reason, refused.Message));
        foreach (string name in (string[])["", "../daily", ".daily", "a b"])
        {
            var invalid = await _server.Grpc.RefusedAsync($"SnapshotService/{method}", new GetSnapshotRequest { Collection = "points", Snapshot = name });
            Assert.Equal((StatusCode.InvalidArgument, "INVALID_NAME"), (invalid.Code, invalid.Reason));
        }
    }

    [Fact]
    public async Task Restore_BesideAndOver_IsWhatWas()
    {
        await CreateAsync("daily");
        await _server.Grpc.UpsertAsync(TestPoints.Upsert("points", TestPoints.Point(1_000)));
        var beside = await RestoreAsync(new RestoreSnapshotRequest { Collection = "points", Snapshot = "daily", Target = "copy" });
        Assert.Equal(("copy", 100L), (beside.Name, beside.Points));
        Assert.Equal(101, await _server.Grpc.CountAsync("points"));

        var taken = await _server.Grpc.RefusedAsync("SnapshotService/RestoreSnapshot", new RestoreSnapshotRequest { Collection = "points", Snapshot = "daily" });
        Assert.Equal((StatusCode.AlreadyExists, "COLLECTION_ALREADY_EXISTS"), (taken.Code, taken.Reason));
        Assert.Equal(101, await _server.Grpc.CountAsync("points"));
        var over = await RestoreAsync(new RestoreSnapshotRequest { Collection = "points", Snapshot = "daily", Replace = true });
        Assert.Equal(("points", 100L), (over.Name, over.Points));
        Assert.Equal(100, await _server.Grpc.CountAsync("points"));
    }

    [Fact]
    public async Task DamagedSnapshot_IsSeenButNotRestoredOrDownloaded()
    {
        await CreateAsync("daily");
        string current = Path.Combine(_server.DataDirectory, "snapshots", "points", "daily", "CURRENT");
        byte[] bytes = await File.ReadAllBytesAsync(current);
        bytes[3] ^= 1;
        await File.WriteAllBytesAsync(current, bytes);

        var (told, _) = await _server.Grpc.AllAsync<VerifySnapshotResponse>("SnapshotService/VerifySnapshot", new VerifySnapshotRequest { Collection = "points", Snapshot = "daily" });
        Assert.Contains("CURRENT", told[^1].Report.Problems[0], StringComparison.Ordinal);
        var refused = await _server.Grpc.RefusedAsync("SnapshotService/RestoreSnapshot", new RestoreSnapshotRequest { Collection = "points", Snapshot = "daily", Replace = true });
        Assert.Equal((StatusCode.DataLoss, "SNAPSHOT_DAMAGED"), (refused.Code, refused.Reason));
        Assert.Equal(100, await _server.Grpc.CountAsync("points"));
        var download = await _server.Grpc.RefusedAsync("SnapshotService/DownloadSnapshot", new DownloadSnapshotRequest { Collection = "points", Snapshot = "daily" });
        Assert.Equal((StatusCode.DataLoss, "SNAPSHOT_DAMAGED"), (download.Code, download.Reason));
        Assert.EndsWith("CURRENT", download.Facts["file"], StringComparison.Ordinal);

        // What describes it damaged, too.
        await File.WriteAllBytesAsync(Path.Combine(_server.DataDirectory, "snapshots", "points", "daily", "SNAPSHOT"), RandomNumberGenerator.GetBytes(100));
        Assert.Contains("SNAPSHOT is damaged", Assert.Single(await ListAsync("points")).Problem, StringComparison.Ordinal);
        await _server.Grpc.CallAsync<DeleteSnapshotResponse>("SnapshotService/DeleteSnapshot", new DeleteSnapshotRequest { Collection = "points", Snapshot = "daily" });
    }

    [Fact]
    public async Task Restore_OverACollectionThatIsSearchedAndWritten_LeavesTheSnapshotAndWhatWasWrittenAfter()
    {
        await CreateAsync("daily");
        using var stop = new CancellationTokenSource();
        var started = new TaskCompletionSource();
        var working = Task.WhenAll(SearchAsync(), WriteAsync());
        await started.Task.WaitAsync(TestServer.Patience);
        for (int round = 0; round < 5; round++)
            await RestoreAsync(new RestoreSnapshotRequest { Collection = "points", Snapshot = "daily", Replace = true });

        await stop.CancelAsync();
        await working.WaitAsync(TestServer.Patience);
        await RestoreAsync(new RestoreSnapshotRequest { Collection = "points", Snapshot = "daily", Replace = true });
        Assert.Equal(100, await _server.Grpc.CountAsync("points"));
        await _server.Grpc.UpsertAsync(TestPoints.Upsert("points", TestPoints.Point(5_000)));
        Assert.Equal(101, await _server.Grpc.CountAsync("points"));
        Assert.Empty((await _server.Grpc.CallAsync<VerifyResponse>("AdminService/Verify", new VerifyRequest { Collection = "points" })).Problems);

        async Task SearchAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    // Whichever of the two it finds, it is whole.
                    Assert.Equal(10, (await _server.Grpc.SearchAsync(TestPoints.Search("points"))).Count);
                }
                catch (RpcException moment)
                {
                    Assert.Equal((StatusCode.Unavailable, "CLOSED"), (moment.Code, moment.Reason));
                }
            }
        }

        async Task WriteAsync()
        {
            for (ulong id = 1_000; !stop.IsCancellationRequested; id++)
            {
                try
                {
                    await _server.Grpc.UpsertAsync(TestPoints.Upsert("points", TestPoints.Point(id)));
                    started.TrySetResult();
                }
                catch (RpcException moment)
                {
                    Assert.Equal((StatusCode.Unavailable, "CLOSED"), (moment.Code, moment.Reason));
                }
            }
        }
    }

    [Fact]
    public async Task WholeDatabase_IsMadeSeenDownloadedUploadedAndRestored()
    {
        await _server.Grpc.CreateAsync("more");
        var made = (await _server.Grpc.CallAsync<CreateSnapshotResponse>("SnapshotService/CreateSnapshot", new CreateSnapshotRequest { Collection = "*", Snapshot = "whole" })).Snapshot;
        Assert.Equal(("whole", "*", 0UL, null), (made.Name, made.Collection, made.Lsn, made.Config));
        Assert.Equal(["more", "points"], made.Collections.Select(member => member.Collection));
        Assert.True(made.Collections[1].Lsn > 0 && made.Collections[1].Checksum.Length == 64);
        Assert.Equal(made, Assert.Single(await ListAsync("*")));
        Assert.Empty(await ListAsync("points"));

        await _server.Grpc.UpsertAsync(TestPoints.Upsert("points", TestPoints.Point(1_000)));
        await _server.Grpc.UpsertAsync(TestPoints.Upsert("more", TestPoints.Point(1_000)));
        var taken = await _server.Grpc.RefusedAsync("SnapshotService/RestoreSnapshot", new RestoreSnapshotRequest { Collection = "*", Snapshot = "whole" });
        Assert.Equal((StatusCode.AlreadyExists, "COLLECTION_ALREADY_EXISTS"), (taken.Code, taken.Reason));
        var renamed = await _server.Grpc.RefusedAsync("SnapshotService/RestoreSnapshot", new RestoreSnapshotRequest { Collection = "*", Snapshot = "whole", Target = "copy", Replace = true });
        Assert.Equal((StatusCode.InvalidArgument, "INVALID_NAME", "target"), (renamed.Code, renamed.Reason, renamed.Field));
        var restored = await _server.Grpc.CallAsync<RestoreSnapshotResponse>("SnapshotService/RestoreSnapshot", new RestoreSnapshotRequest { Collection = "*", Snapshot = "whole", Replace = true });
        Assert.Null(restored.Collection);
        Assert.Equal([("more", 0L), ("points", 100L)], restored.Collections.Select(info => (info.Name, info.Points)));
        Assert.Equal(100, await _server.Grpc.CountAsync("points"));

        var (told, error) = await _server.Grpc.AllAsync<VerifySnapshotResponse>("SnapshotService/VerifySnapshot", new VerifySnapshotRequest { Collection = "*", Snapshot = "whole" });
        Assert.Null(error);
        Assert.Empty(told[^1].Report.Problems);
        var (parts, broken) = await _server.Grpc.AllAsync<DownloadSnapshotResponse>("SnapshotService/DownloadSnapshot", new DownloadSnapshotRequest { Collection = "*", Snapshot = "whole" });
        Assert.Null(broken);
        Assert.Equal(made.ArchiveBytes, parts.Skip(1).Sum(part => part.Chunk.Data.Length));
        await _server.Grpc.CallAsync<DeleteSnapshotResponse>("SnapshotService/DeleteSnapshot", new DeleteSnapshotRequest { Collection = "*", Snapshot = "whole" });
        Assert.Empty(await ListAsync("*"));
    }

    [Fact]
    public async Task LogArchive_IsToldForOneCollectionAndForAll()
    {
        await _server.Grpc.CallAsync<CreateSnapshotResponse>("SnapshotService/CreateSnapshot", new CreateSnapshotRequest { Collection = "points", Snapshot = "base" });
        foreach (string collection in new[] { "", "points" })
        {
            var kept = await _server.Grpc.CallAsync<GetLogArchiveResponse>("SnapshotService/GetLogArchive", new GetLogArchiveRequest { Collection = collection });
            Assert.Equal((0L, 0L, 0L, 0), (kept.KeepSeconds, kept.BytesMax, kept.Bytes, kept.Files));
            var range = Assert.Single(kept.Ranges);
            Assert.Equal(("points", "base", "", 0L, false), (range.Collection, range.Snapshot, range.Problem, range.LastUnixMs, range.Cut));

            // The log's own records count.
            Assert.InRange(range.LastLsn, range.FirstLsn, range.FirstLsn + 10);
        }

        Assert.Empty((await _server.Grpc.CallAsync<GetLogArchiveResponse>("SnapshotService/GetLogArchive", new GetLogArchiveRequest { Collection = "nobody" })).Ranges);
    }

    [Fact]
    public async Task Schedule_IsSetSeenAtWorkAndRemoved()
    {
        var schedule = new SnapshotSchedule { Collection = "points", EveryMs = 3_600_000, Keep = 3 };
        var set = (await _server.Grpc.CallAsync<SetSnapshotScheduleResponse>("SnapshotService/SetSnapshotSchedule", new SetSnapshotScheduleRequest { Schedule = schedule })).Status;
        Assert.Equal("scheduled", set.Schedule.Prefix);

        // The first is made at once.
        var status = set;
        for (int look = 0; look < 3_000 && status.LastSnapshot.Length == 0; look++)
        {
            await Task.Delay(20);
            status = Assert.Single((await _server.Grpc.CallAsync<ListSnapshotSchedulesResponse>("SnapshotService/ListSnapshotSchedules", new ListSnapshotSchedulesRequest())).Schedules);
        }

        Assert.Equal(status.LastSnapshot, Assert.Single(await ListAsync("points")).Name);
        Assert.Equal([status.LastSnapshot], status.Snapshots);
        Assert.Equal((status.LastRunUnixMs + 3_600_000, "", 0L, false), (status.NextRunUnixMs, status.LastError, status.LastErrorUnixMs, status.Failing));

        await RefusedAsync(StatusCode.InvalidArgument, "EMPTY_REQUEST", null);
        await RefusedAsync(StatusCode.InvalidArgument, "OUT_OF_RANGE", new SnapshotSchedule(schedule) { EveryMs = 59_999 });
        await RefusedAsync(StatusCode.InvalidArgument, "OUT_OF_RANGE", new SnapshotSchedule(schedule) { EveryMs = long.MaxValue });
        await RefusedAsync(StatusCode.InvalidArgument, "OUT_OF_RANGE", new SnapshotSchedule(schedule) { EveryMs = long.MinValue });
        await RefusedAsync(StatusCode.InvalidArgument, "OUT_OF_RANGE", new SnapshotSchedule(schedule) { Keep = 0 });
        await RefusedAsync(StatusCode.InvalidArgument, "INVALID_NAME", new SnapshotSchedule(schedule) { Prefix = "../x" });
        await RefusedAsync(StatusCode.NotFound, "COLLECTION_NOT_FOUND", new SnapshotSchedule(schedule) { Collection = "nobody" });

        await _server.Grpc.CallAsync<RemoveSnapshotScheduleResponse>("SnapshotService/RemoveSnapshotSchedule", new RemoveSnapshotScheduleRequest { Collection = "points" });
        Assert.Single(await ListAsync("points"));
        var none = await _server.Grpc.RefusedAsync("SnapshotService/RemoveSnapshotSchedule", new RemoveSnapshotScheduleRequest { Collection = "points" });
        Assert.Equal((StatusCode.NotFound, "SCHEDULE_NOT_FOUND"), (none.Code, none.Reason));

        async Task RefusedAsync(StatusCode code, string reason, SnapshotSchedule? wrong)
        {
            var refused = await _server.Grpc.RefusedAsync("SnapshotService/SetSnapshotSchedule", new SetSnapshotScheduleRequest { Schedule = wrong });
            Assert.Equal((code, reason), (refused.Code, refused.Reason));
        }
    }

    private async Task<SnapshotInfo> CreateAsync(string name) =>
        (await _server.Grpc.CallAsync<CreateSnapshotResponse>("SnapshotService/CreateSnapshot", new CreateSnapshotRequest { Collection = "points", Snapshot = name })).Snapshot;

    private async Task<IReadOnlyList<SnapshotInfo>> ListAsync(string collection) =>
        (await _server.Grpc.CallAsync<ListSnapshotsResponse>("SnapshotService/ListSnapshots", new ListSnapshotsRequest { Collection = collection })).Snapshots;

    private async Task<CollectionInfo> RestoreAsync(RestoreSnapshotRequest request) =>
        (await _server.Grpc.CallAsync<RestoreSnapshotResponse>("SnapshotService/RestoreSnapshot", request)).Collection;
}
