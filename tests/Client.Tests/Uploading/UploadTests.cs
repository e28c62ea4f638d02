using System.Collections.Concurrent;
using VectorStore.Client.Tests.Support;

namespace VectorStore.Client.Tests.Uploading;

public sealed class UploadTests : IAsyncLifetime
{
    private RunningServer _server = null!;
    private VectorStoreClient _database = null!;
    private Collection _collection = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        _database = _server.Connect();
        _collection = await _database.CreateCollectionAsync("c", CollectionConfig.WithVector("v", 2, Metric.Euclidean));
    }

    public async Task DisposeAsync()
    {
        _database.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Upload_OfManyPoints_StoresAllAndTellsHowFarItIs()
    {
        var progress = new Log<UploadProgress>();
        var checkpoints = new List<long>();
        var result = await _collection.UploadAsync(
            Points(1_000), new UploadOptions { BatchSize = 64, Concurrency = 5, Progress = progress, Checkpoint = checkpoints.Add }).InTime();
        Assert.Equal(1_000, result.PointsAcknowledged);
        Assert.Equal((await _collection.GetInfoAsync()).Lsn, result.Lsn);
        Assert.Equal(1_000, await _collection.CountAsync());
        Assert.Equal(16, progress.Values.Count);
        Assert.Equal(new UploadProgress(1_000, 1_000), progress.Values.Last());
        Assert.Equal(checkpoints.Order(), checkpoints);
        Assert.Equal(1_000, checkpoints[^1]);
    }

    [Fact]
    public async Task Upload_WithABadPoint_StopsAndResumesWhereNothingIsMissing()
    {
        var error = await Assert.ThrowsAsync<UploadException>(() => _collection.UploadAsync(Points(500, bad: 333), new UploadOptions { BatchSize = 10, Concurrency = 4 })).InTime();
        Assert.Equal(ErrorReason.DimensionMismatch, error.Reason);
        Assert.IsType<InvalidRequestException>(error.InnerException);
        Assert.Contains("points 330 to 339", error.Message);
        Assert.InRange(error.LeadingPoints, 0, 330);
        Assert.Equal(error.PointsAcknowledged, await _collection.CountAsync());
        for (ulong id = 0; id < (ulong)error.LeadingPoints; id += 50)
            Assert.Single(await _collection.GetAsync([id]));

        var rest = await _collection.UploadAsync(Points(500), new UploadOptions { BatchSize = 10, ResumeFrom = error.LeadingPoints }).InTime();
        Assert.Equal(500 - error.LeadingPoints, rest.PointsAcknowledged);
        Assert.Equal(500, await _collection.CountAsync());
    }

    [Fact]
    public async Task Upload_OfASourceThatFails_StoresWhatCameBefore()
    {
        var error = await Assert.ThrowsAsync<UploadException>(() => _collection.UploadAsync(Failing(), new UploadOptions { BatchSize = 10 })).InTime();
        Assert.Equal(ErrorReason.UploadFailed, error.Reason);
        Assert.Contains("the file is torn", error.Message);
        Assert.Equal((30, 30), (error.PointsAcknowledged, error.LeadingPoints));
        Assert.Equal(30, await _collection.CountAsync());

        static IEnumerable<Point> Failing()
        {
            foreach (var point in Points(35))
                yield return point;

            throw new IOException("the file is torn");
        }
    }

    [Fact]
    public async Task Upload_WhenCancelled_FinishesWhatIsInFlight()
    {
        using var cancel = new CancellationTokenSource();
        long leading = 0;
        var options = new UploadOptions
        {
            BatchSize = 10,
            Checkpoint = points =>
            {
                leading = points;
                if (points >= 100)
                    cancel.Cancel();
            },
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _collection.UploadAsync(Points(100_000), options, cancel.Token)).InTime();
        Assert.Equal(leading, await _collection.CountAsync());
    }

    [Fact]
    public async Task Upload_OfLargePoints_MakesSmallerBatches()
    {
        var wide = await _database.CreateCollectionAsync("wide", CollectionConfig.WithVector("v", 10_000, Metric.Dot));
        var progress = new Log<UploadProgress>();
        await wide.UploadAsync(
            Enumerable.Range(0, 20).Select(i => new Point((ulong)i, new float[10_000])), new UploadOptions { BatchBytesMax = 100_000, Progress = progress, Concurrency = 1 }).InTime();
        Assert.Equal(Enumerable.Range(1, 10).Select(i => i * 2L), progress.Values.Select(value => value.PointsAcknowledged));
    }

    [Fact]
    public async Task Upload_OverAConnectionThatBreaks_StoresEachPointOnce()
    {
        FaultyHandler? fault = null;
        using var client = _server.Connect(options => options.WrapHandler = next => fault = new FaultyHandler(next) { LoseAnswers = 4 });
        await client.GetCollection("c").UploadAsync(Points(300), new UploadOptions { BatchSize = 20, Concurrency = 2 }).InTime();
        Assert.Equal(19, fault!.Calls);
        var info = await _collection.GetInfoAsync();
        Assert.Equal((300, 0), (info.Points, info.RowsDead));
    }

    [Fact]
    public async Task Upload_WithOptionsThatCannotBe_IsRefused()
    {
        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => _collection.UploadAsync(Points(1), new UploadOptions { BatchSize = 0 })).InTime();
        Assert.Equal("BatchSize", error.Field);
        await Assert.ThrowsAsync<InvalidRequestException>(() => _collection.UploadAsync(Points(1), new UploadOptions { Concurrency = 257 })).InTime();
        await Assert.ThrowsAsync<InvalidRequestException>(() => _collection.UploadAsync(Points(1), new UploadOptions { ResumeFrom = -1 })).InTime();
        Assert.Equal(0, (await _collection.UploadAsync([])).PointsAcknowledged);
    }

    private static IEnumerable<Point> Points(int count, int bad = -1) =>
        Enumerable.Range(0, count).Select(i => new Point((ulong)i, i == bad ? new float[3] : new float[] { i, 1 }));

    private sealed class Log<T> : IProgress<T>
    {
        public ConcurrentQueue<T> Values { get; } = [];

        public void Report(T value) => Values.Enqueue(value);
    }
}
