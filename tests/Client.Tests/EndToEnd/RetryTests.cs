using VectorStore.Client.Tests.Support;

namespace VectorStore.Client.Tests.EndToEnd;

/// <summary>Calls that fail on their way are repeated where that is safe, and a write is applied once.</summary>
public sealed class RetryTests : IAsyncLifetime
{
    private RunningServer _server = null!;
    private VectorStoreClient _steady = null!;
    private Collection _collection = null!;
    private FaultyHandler _fault = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        _steady = _server.Connect();
        _collection = await _steady.CreateCollectionAsync("c", CollectionConfig.WithVector("v", 2, Metric.Euclidean));
    }

    public async Task DisposeAsync()
    {
        _steady.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Upsert_WhoseAnswerIsLost_IsAppliedOnce()
    {
        using var client = Faulty();
        _fault.LoseAnswers = 2;
        var before = await _collection.GetInfoAsync();
        var result = await client.GetCollection("c").UpsertAsync([new Point(1, new float[] { 1, 2 }), new Point(2, new float[] { 3, 4 })]).InTime();
        var after = await _collection.GetInfoAsync();
        Assert.Equal(3, _fault.Calls);
        Assert.Equal(2, result.PointsChanged);

        // Applied three times there would be two replaced rows for each point. Positions alone tell nothing: the log takes some of its own when it is idle.
        Assert.Equal((2, 0), (after.Points, after.RowsDead));
        Assert.InRange(result.Lsn, before.Lsn + 1, after.Lsn);
        Assert.All(await _collection.GetAsync([1UL, 2UL]), point => Assert.Equal(result.Lsn, point.Lsn));
    }

    [Fact]
    public async Task Delete_WhoseAnswerIsLost_TellsWhatItDidTheFirstTime()
    {
        await _collection.UpsertAsync([new Point(1, new float[] { 1, 2 })]);
        using var client = Faulty();
        _fault.LoseAnswers = 1;
        Assert.Equal(1, (await client.GetCollection("c").DeleteAsync([1UL]).InTime()).PointsChanged);
    }

    [Fact]
    public async Task Read_ThatFailsOnItsWay_IsRepeated()
    {
        using var client = Faulty();
        _fault.FailBefore = 2;
        Assert.Equal(0, await client.GetCollection("c").CountAsync().InTime());
        _fault.FailBefore = 1;
        await foreach (var _ in client.GetCollection("c").ScrollAsync())
        {
        }
    }

    [Fact]
    public async Task Explain_ThatFailsOnItsWayThereOrBack_IsRepeatedAsASearchIs()
    {
        await _collection.UpsertAsync([new Point(1, new float[] { 1, 2 })]);
        using var client = Faulty();
        _fault.FailBefore = 1;
        _fault.LoseAnswers = 1;
        Assert.Single((await client.GetCollection("c").ExplainAsync(new SearchRequest { Vector = new float[] { 1, 2 } }).InTime()).Points);
        Assert.Equal(3, _fault.Calls);
    }

    [Fact]
    public async Task Read_ThatGoesOnFailing_EndsAfterTheAttemptsWithTheReason()
    {
        using var client = Faulty(attempts: 3);
        _fault.FailBefore = 100;
        var error = await Assert.ThrowsAsync<ServerUnavailableException>(() => client.GetCollection("c").CountAsync()).InTime();
        Assert.Equal(3, _fault.Calls);
        Assert.Equal(ErrorReason.ServerUnavailable, error.Reason);
        Assert.Contains("cut by the test", error.Message);
    }

    [Fact]
    public async Task CreateCollection_WhoseAnswerIsLost_IsNotRepeated()
    {
        using var client = Faulty();
        _fault.LoseAnswers = 1;
        await Assert.ThrowsAsync<ServerUnavailableException>(() => client.CreateCollectionAsync("d", CollectionConfig.WithVector("v", 2, Metric.Dot))).InTime();
        Assert.Equal(1, _fault.Calls);
        Assert.Contains("d", (await _steady.ListCollectionsAsync()).Select(info => info.Name));
    }

    [Fact]
    public async Task Refusal_OfTheServer_IsNotRepeated()
    {
        using var client = Faulty();
        await Assert.ThrowsAsync<InvalidRequestException>(() => client.GetCollection("c").UpsertAsync([])).InTime();
        Assert.Equal(1, _fault.Calls);
    }

    [Fact]
    public async Task Connection_CutBetweenCalls_IsMadeAgain()
    {
        using var proxy = new CutProxy(_server.Address);
        using var client = RunningServer.Connect(proxy.Address);
        for (int i = 0; i < 5; i++)
        {
            await client.GetCollection("c").UpsertAsync([new Point((ulong)i, new float[] { i, 0 })]).InTime();
            proxy.Cut();
        }

        Assert.Equal(5, await _collection.CountAsync());
    }

    [Fact]
    public async Task Upserts_WhileTheConnectionIsCutAgainAndAgain_AreEachAppliedOnce()
    {
        using var proxy = new CutProxy(_server.Address);
        using var client = RunningServer.Connect(proxy.Address, options => options.Retry.Attempts = 50);
        var collection = client.GetCollection("c");
        using var done = new CancellationTokenSource();
        var cutting = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await Task.Delay(7);
                proxy.Cut();
            }
        });
        await Parallel.ForEachAsync(Enumerable.Range(1, 200), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, token) =>
            await collection.UpsertAsync([new Point((ulong)i, new float[] { i, 0 })], token)).InTime();
        await done.CancelAsync();
        await cutting.InTime();
        var info = await _collection.GetInfoAsync();

        // Applied twice, a point would leave a replaced row behind.
        Assert.Equal((200, 0), (info.Points, info.RowsDead));
    }

    [Fact]
    public async Task Timeout_WhileNobodyAnswers_EndsTheCallAndItsRepetitions()
    {
        using var client = Faulty(attempts: 100, configure: options =>
        {
            options.Timeout = TimeSpan.FromMilliseconds(300);
            options.Retry.Delay = TimeSpan.FromMilliseconds(50);
        });
        _fault.FailBefore = int.MaxValue;
        await Assert.ThrowsAnyAsync<VectorStoreException>(() => client.GetCollection("c").CountAsync()).InTime();
        Assert.InRange(_fault.Calls, 2, 20);
    }

    private VectorStoreClient Faulty(int attempts = 5, Action<VectorStoreClientOptions>? configure = null) => _server.Connect(options =>
    {
        options.Retry.Attempts = attempts;
        options.WrapHandler = next => _fault = new FaultyHandler(next);
        configure?.Invoke(options);
    });
}
