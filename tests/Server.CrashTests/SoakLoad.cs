using VectorStore.Protocol.V1;

namespace VectorStore.Server.CrashTests;

/// <summary>The calls of a soak, and what they must answer.</summary>
internal sealed class SoakLoad(GrpcConnection connection)
{
    // Sealing and merging take what the callers leave.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(2);

    private readonly GroupHistory _history = new();
    private int _searches;
    private int _merges;
    private int _snapshots;

    public string Tally => $"{_history.Answers} writes, {_searches} searches, {_merges} merges, {_snapshots} snapshots";

    public async Task FillAsync(int groups)
    {
        var config = new CollectionConfig();
        config.Vectors.Add("v", new VectorConfig { Dimension = GroupHistory.Dimension, Metric = Metric.Euclidean });
        await connection.CallAsync<CreateCollectionResponse>("CollectionService/Create", new CreateCollectionRequest { Collection = GroupHistory.Collection, Config = config });
        while (_history.Count < groups)
        {
            var (request, group) = _history.SendNew();
            await connection.CallAsync<UpsertResponse>("PointService/Upsert", request);
            _history.Answered(group, version: 1);
        }
    }

    public async Task WriteAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (_history.Next(random) is not { } next)
            {
                await Task.Delay(s_pause, CancellationToken.None);
                continue;
            }

            await connection.WriteAsync(next.Request);
            _history.Answered(next.Group, next.Version);
            await Task.Delay(s_pause, CancellationToken.None);
        }
    }

    public async Task SearchAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var query = _history.Query(random);
            var found = await connection.CallAsync<SearchResponse>("SearchService/Search", query.Request);
            _history.CheckFound(query.Group, query.VersionBefore, Assert.Single(found));
            _searches++;
            await Task.Delay(s_pause, CancellationToken.None);
        }
    }

    public async Task OptimizeAsync(TimeSpan every, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await connection.CallAsync<SealResponse>("AdminService/Seal", new SealRequest { Collection = GroupHistory.Collection });
            await connection.CallAsync<OptimizeResponse>("AdminService/Optimize", new OptimizeRequest { Collection = GroupHistory.Collection });
            _merges++;
            await Task.Delay(every, CancellationToken.None);
        }
    }

    /// <summary>Makes a snapshot, restores it beside, looks at that, and has both go.</summary>
    public async Task SnapshotAsync(TimeSpan every, CancellationToken stop)
    {
        const string Copy = "copy";
        while (!stop.IsCancellationRequested)
        {
            string name = $"s{_snapshots}";
            await connection.CallAsync<CreateSnapshotResponse>("SnapshotService/CreateSnapshot", new CreateSnapshotRequest { Collection = GroupHistory.Collection, Snapshot = name });
            await connection.CallAsync<RestoreSnapshotResponse>("SnapshotService/RestoreSnapshot", new RestoreSnapshotRequest { Collection = GroupHistory.Collection, Snapshot = name, Target = Copy });
            var responses = await connection.CallAsync<ScrollResponse>("PointService/Scroll", new ScrollRequest { Collection = Copy, WithVectors = true });
            _history.CheckCopy([.. responses.SelectMany(response => response.Points)]);
            await connection.CallAsync<DeleteCollectionResponse>("CollectionService/Delete", new DeleteCollectionRequest { Collection = Copy });
            await connection.CallAsync<DeleteSnapshotResponse>("SnapshotService/DeleteSnapshot", new DeleteSnapshotRequest { Collection = GroupHistory.Collection, Snapshot = name });
            _snapshots++;
            await Task.Delay(every, CancellationToken.None);
        }
    }

    /// <summary>The server answers, and has no more points than there can be.</summary>
    public async Task CountAsync()
    {
        var count = Assert.Single(await connection.CallAsync<CountResponse>("PointService/Count", new CountRequest { Collection = GroupHistory.Collection }));
        Assert.InRange(count.Count, 1, _history.Count * 10);
    }

    /// <summary>Every point is what was answered last; call it with no write on its way.</summary>
    public async Task CheckAsync()
    {
        var responses = await connection.CallAsync<ScrollResponse>("PointService/Scroll", new ScrollRequest { Collection = GroupHistory.Collection, WithVectors = true });
        _history.Check([.. responses.SelectMany(response => response.Points)]);
        var verified = await connection.CallAsync<VerifyResponse>("AdminService/Verify", new VerifyRequest { Collection = GroupHistory.Collection });
        Assert.Empty(Assert.Single(verified).Problems);
    }
}
