using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;
using VectorStore.Server.Hosting;

namespace VectorStore.Server.Tests.Services;

public sealed class AdminServiceTests : IAsyncLifetime
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
    public async Task Status_TellsVersionUptimeAndCollections()
    {
        var status = await _server.Grpc.CallAsync<StatusResponse>("AdminService/Status", new StatusRequest());
        Assert.Equal(ServerHost.Version, status.Version);
        Assert.True(status.UptimeSeconds > 0);
        Assert.Equal(100, Assert.Single(status.Collections).Points);
    }

    [Fact]
    public async Task SealOptimizeAndVerify_ReachTheEngine()
    {
        var sealed_ = await _server.Grpc.CallAsync<SealResponse>("AdminService/Seal", new SealRequest { Collection = "points" });
        Assert.Equal(sealed_.Collection.Lsn, sealed_.Collection.SealedLsn);
        var optimized = await _server.Grpc.CallAsync<OptimizeResponse>("AdminService/Optimize", new OptimizeRequest { Collection = "points" });
        Assert.Equal(100, optimized.Collection.Points);
        var verified = await _server.Grpc.CallAsync<VerifyResponse>("AdminService/Verify", new VerifyRequest { Collection = "points" });
        Assert.Equal("points", verified.Collection);
        Assert.Empty(verified.Problems);
        Assert.True(verified.FilesRead > 0 && verified.BytesRead > 0);
    }

    [Fact]
    public async Task VerifyStream_EndsWithTheReport_WhichNamesFileAndPlaceOfDamage()
    {
        await _server.Grpc.CallAsync<SealResponse>("AdminService/Seal", new SealRequest { Collection = "points" });
        var (sound, error) = await _server.Grpc.AllAsync<VerifyStreamResponse>("AdminService/VerifyStream", new VerifyStreamRequest { Collection = "points" });
        Assert.Null(error);
        Assert.All(sound.SkipLast(1), response => Assert.Null(response.Report));
        Assert.Empty(sound[^1].Report.Damages);
        Assert.Equal((sound[^1].FilesRead, sound[^1].BytesRead), (sound[^1].Report.FilesRead, sound[^1].Report.BytesRead));

        string file = Directory.EnumerateFiles(_server.DataDirectory, "points.seg", SearchOption.AllDirectories).Single();
        byte[] bytes = await File.ReadAllBytesAsync(file);
        bytes[100] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        var (damaged, _) = await _server.Grpc.AllAsync<VerifyStreamResponse>("AdminService/VerifyStream", new VerifyStreamRequest { Collection = "points" });
        var report = damaged[^1].Report;
        var damage = Assert.Single(report.Damages);
        Assert.Equal((Path.GetFullPath(file), 0L), (damage.File, damage.OffsetBytes));
        Assert.Contains("block crc32c", damage.Reason, StringComparison.Ordinal);
        Assert.Contains(damage.File, Assert.Single(report.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scrub_IsSeenPausedAndResumed()
    {
        await _server.Grpc.CallAsync<SealResponse>("AdminService/Seal", new SealRequest { Collection = "points" });
        var status = await _server.Grpc.CallAsync<StatusResponse>("AdminService/Status", new StatusRequest());
        Assert.Equal(ScrubState.Waiting, status.Scrub.State);
        Assert.True(status.Scrub.BytesTotal > 0);
        Assert.False(status.Scrub.HasLastFullPassUnixMs);
        Assert.Empty(status.Scrub.Damages);
        Assert.Equal(ScrubState.Paused, (await _server.Grpc.CallAsync<PauseScrubResponse>("AdminService/PauseScrub", new PauseScrubRequest())).Scrub.State);
        Assert.Equal(ScrubState.Waiting, (await _server.Grpc.CallAsync<ResumeScrubResponse>("AdminService/ResumeScrub", new ResumeScrubRequest())).Scrub.State);
    }

    [Fact]
    public async Task Scrub_ThatIsAskedFor_EndsWithTheReport_WhichNamesDamage()
    {
        await _server.Grpc.CallAsync<SealResponse>("AdminService/Seal", new SealRequest { Collection = "points" });
        var (sound, error) = await _server.Grpc.AllAsync<RunScrubResponse>("AdminService/RunScrub", new RunScrubRequest());
        Assert.Null(error);
        Assert.Empty(sound[^1].Report.Damages);
        Assert.True(sound[^1].Report.FilesRead > 0 && sound[^1].Report.BytesRead > 0);
        Assert.All(sound.SkipLast(1), message => Assert.Null(message.Report));

        string file = Directory.EnumerateFiles(_server.DataDirectory, "points.seg", SearchOption.AllDirectories).Single();
        using (var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            int value = stream.ReadByte();
            stream.Position = 0;
            stream.WriteByte((byte)(value ^ 1));
        }

        var (damaged, _) = await _server.Grpc.AllAsync<RunScrubResponse>("AdminService/RunScrub", new RunScrubRequest());
        Assert.Equal((file, 0L), (damaged[^1].Report.Damages.Single().File, damaged[^1].Report.Damages.Single().OffsetBytes));
        var status = (await _server.Grpc.CallAsync<GetScrubStatusResponse>("AdminService/GetScrubStatus", new GetScrubStatusRequest())).Scrub;
        Assert.Equal(file, status.Damages.Single().File);
        Assert.True(status.HasLastFullPassUnixMs && status.HasNextPassUnixMs);
    }

    [Fact]
    public async Task ADiskBelowTheFloor_RefusesUpsertsWithBothNumbersAndDeletesGoOn()
    {
        await using var full = await TestServer.StartAsync(options => options with { FreeSpaceFloorBytes = long.MaxValue / 2, BallastBytes = 0 });
        var refused = await full.Grpc.RefusedAsync("CollectionService/Create", new CreateCollectionRequest { Collection = "points", Config = new() { Vectors = { ["v"] = new() { Dimension = 2, Metric = Metric.Dot } } } });
        Assert.Equal((StatusCode.ResourceExhausted, "STORAGE_FULL"), (refused.Code, refused.Reason));
        Assert.Contains($"{long.MaxValue / 2}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task QuarantinedCollection_IsRedWithFileAndPlace_AndTheOtherServes()
    {
        await _server.Grpc.CreateAsync("other");
        await _server.Grpc.CallAsync<SealResponse>("AdminService/Seal", new SealRequest { Collection = "points" });
        string directory = _server.DataDirectory;
        await _server.Host.StopAsync();
        string file = Directory.EnumerateFiles(directory, "points.seg", SearchOption.AllDirectories).Single();
        byte[] bytes = await File.ReadAllBytesAsync(file);
        bytes[100] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);

        await using var again = await TestServer.StartAsync(directory: directory);
        var status = await again.Grpc.CallAsync<StatusResponse>("AdminService/Status", new StatusRequest());
        Assert.Equal([("other", CollectionHealth.Green), ("points", CollectionHealth.Red)], status.Collections.Select(info => (info.Name, info.Health)));
        var damage = status.Collections[1].Damage;
        Assert.Equal((Path.GetFullPath(file), 0L), (damage.File, damage.OffsetBytes));
        Assert.Contains(damage.Reason, status.Collections[1].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Optimizer_IsSeenPausedAndResumed()
    {
        Assert.Equal(OptimizerState.Idle, (await StatusAsync()).State);
        var paused = await _server.Grpc.CallAsync<PauseOptimizerResponse>("AdminService/PauseOptimizer", new PauseOptimizerRequest { Collection = "points" });
        Assert.Equal(OptimizerState.Paused, paused.Optimizer.State);
        Assert.Equal(OptimizerState.Paused, (await StatusAsync()).State);

        // Whoever asks is served all the same.
        await _server.Grpc.CallAsync<SealResponse>("AdminService/Seal", new SealRequest { Collection = "points" });
        var status = await StatusAsync();
        Assert.Equal((OptimizerState.Paused, OptimizerJobKind.Seal, 100L), (status.State, status.LastFinished.Kind, status.LastFinished.Rows));
        Assert.Equal([1u], status.LastFinished.Segments);
        Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(status.LastFinished.FinishedUnixMs), TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow());
        Assert.Null(status.Current);
        Assert.Null(status.LastProblem);

        var resumed = await _server.Grpc.CallAsync<ResumeOptimizerResponse>("AdminService/ResumeOptimizer", new ResumeOptimizerRequest { Collection = "points" });
        Assert.Equal(OptimizerState.Idle, resumed.Optimizer.State);
    }

    private async Task<OptimizerStatus> StatusAsync() =>
        (await _server.Grpc.CallAsync<GetOptimizerStatusResponse>("AdminService/GetOptimizerStatus", new GetOptimizerStatusRequest { Collection = "points" })).Optimizer;

    [Fact]
    public async Task WaitForIndex_EndsWithNoneWaiting()
    {
        var (responses, error) = await _server.Grpc.AllAsync<WaitForIndexResponse>("AdminService/WaitForIndex", new WaitForIndexRequest { Collection = "points" });
        Assert.Null(error);
        Assert.Equal(0, responses[^1].PointsWaiting);
    }

    [Theory]
    [InlineData("Verify")]
    [InlineData("VerifyStream")]
    [InlineData("Seal")]
    [InlineData("Optimize")]
    [InlineData("WaitForIndex")]
    [InlineData("GetOptimizerStatus")]
    [InlineData("PauseOptimizer")]
    [InlineData("ResumeOptimizer")]
    public async Task Calls_OnACollectionThatIsNotThere_SayNotFound(string method)
    {
        // Field 1 of each of these requests is the collection.
        var refused = await _server.Grpc.RefusedAsync($"AdminService/{method}", new SealRequest { Collection = "nobody" });
        Assert.Equal((StatusCode.NotFound, "COLLECTION_NOT_FOUND", "there is no collection 'nobody'"), (refused.Code, refused.Reason, refused.Message));
    }
}
