using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Google.Protobuf;
using VectorStore.Protocol.V1;

namespace VectorStore.Server.CrashTests;

/// <summary>
/// One data directory and the server on it, killed again and again while callers stream new points in, replace and delete points, change payloads, search, have segments sealed and merged, and make, verify and delete
/// snapshots. What was answered is kept here, outside the process. A snapshot that a kill left is verified and restored in the server's next life; now and then one is made, restored and compared by the engine between two lives.
/// </summary>
internal sealed class KilledServer(int seed) : IDisposable
{
    private const int Replacers = 2;
    private const int WindowSize = 64;
    private const int AnswersMax = 150;
    private const int DelayMsMax = 20;
    private const int SnapshotEvery = 5;
    private const string Copy = "copy";

    private readonly string _directory = Directory.CreateTempSubdirectory("vectorstore-kill-").FullName;
    private readonly GroupHistory _history = new();
    private readonly Random _random = new(seed);
    private int _kills;
    private int _searches;
    private int _snapshots;
    private int _merges;

    /// <summary>Writes that were answered.</summary>
    public int Answers => _history.Answers;

    /// <summary>Whether a cycle failed: what the directory should hold is not known any more.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>What happened so far.</summary>
    public string Tally => $"{_kills} kills, {_history.Answers} answered writes, {_searches} searches, {_merges} merges asked for, {_snapshots} snapshots";

    private string Data => Path.Combine(_directory, "data");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Starts the server, checks everything that is stored, writes until it is killed.</summary>
    public async Task CycleAsync(int cycle)
    {
        try
        {
            await using (var server = await ServerProcess.StartAsync(Data, livesLong: false))
            {
                using var connection = new GrpcConnection(server.GrpcPort);
                await CreateOrCheckAsync(connection);
                await WriteUntilKilledAsync(server, connection);
            }

            if (cycle % SnapshotEvery == SnapshotEvery - 1)
                await SnapshotAsync($"s{cycle}");
        }
        catch
        {
            IsBroken = true;
            throw;
        }
    }

    /// <summary>Starts the server once more and checks.</summary>
    public async Task CheckAsync()
    {
        await using var server = await ServerProcess.StartAsync(Data, livesLong: false);
        using var connection = new GrpcConnection(server.GrpcPort);
        await CreateOrCheckAsync(connection);
    }

    private async Task CreateOrCheckAsync(GrpcConnection connection)
    {
        if (_kills == 0)
        {
            var config = new CollectionConfig();
            config.Vectors.Add("v", new VectorConfig { Dimension = GroupHistory.Dimension, Metric = Metric.Euclidean });
            await connection.CallAsync<CreateCollectionResponse>("CollectionService/Create", new CreateCollectionRequest { Collection = GroupHistory.Collection, Config = config });
            return;
        }

        var responses = await connection.CallAsync<ScrollResponse>("PointService/Scroll", new ScrollRequest { Collection = GroupHistory.Collection, WithVectors = true });
        _history.Check([.. responses.SelectMany(response => response.Points)]);
        var verified = await connection.CallAsync<VerifyResponse>("AdminService/Verify", new VerifyRequest { Collection = GroupHistory.Collection });
        Assert.Empty(Assert.Single(verified).Problems);
        await CheckSnapshotsAsync(connection);
    }

    /// <summary>What is listed is whole, whenever the server was killed while it made it.</summary>
    private async Task CheckSnapshotsAsync(GrpcConnection connection)
    {
        var listed = await connection.CallAsync<ListSnapshotsResponse>("SnapshotService/ListSnapshots", new ListSnapshotsRequest { Collection = GroupHistory.Collection });
        foreach (var snapshot in Assert.Single(listed).Snapshots)
        {
            Assert.Equal("", snapshot.Problem);
            await VerifySnapshotAsync(connection, snapshot.Name);
            await connection.CallAsync<RestoreSnapshotResponse>(
                "SnapshotService/RestoreSnapshot", new RestoreSnapshotRequest { Collection = GroupHistory.Collection, Snapshot = snapshot.Name, Target = Copy, Replace = true });
            var responses = await connection.CallAsync<ScrollResponse>("PointService/Scroll", new ScrollRequest { Collection = Copy, WithVectors = true });
            _history.CheckCopy([.. responses.SelectMany(response => response.Points)]);
            await connection.CallAsync<DeleteCollectionResponse>("CollectionService/Delete", new DeleteCollectionRequest { Collection = Copy });
            await DeleteSnapshotAsync(connection, snapshot.Name);
            _snapshots++;
        }
    }

    private static async Task VerifySnapshotAsync(GrpcConnection connection, string name)
    {
        var verified = await connection.CallAsync<VerifySnapshotResponse>("SnapshotService/VerifySnapshot", new VerifySnapshotRequest { Collection = GroupHistory.Collection, Snapshot = name });
        Assert.Empty(verified[^1].Report.Problems);
    }

    private static Task DeleteSnapshotAsync(GrpcConnection connection, string name) =>
        connection.CallAsync<DeleteSnapshotResponse>("SnapshotService/DeleteSnapshot", new DeleteSnapshotRequest { Collection = GroupHistory.Collection, Snapshot = name });

    private async Task WriteUntilKilledAsync(ServerProcess server, GrpcConnection connection)
    {
        int before = _history.Answers;
        int answersBeforeKill = _random.Next(1, AnswersMax);
        int delayMs = _random.Next(0, DelayMsMax);
        int[] seeds = [.. Enumerable.Range(0, Replacers + 2).Select(_ => _random.Next())];
        List<Task> callers =
        [
            StreamAsync(connection),
            .. seeds[..Replacers].Select(callerSeed => ReplaceAsync(connection, new Random(callerSeed))),
            SearchAsync(connection, new Random(seeds[^2])),
        ];
        if (_random.Next(2) == 0)
            callers.Add(MakeSnapshotsAsync(connection));
        if (_random.Next(2) == 0)
            callers.Add(OptimizeAsync(connection, new Random(seeds[^1])));

        // Whatever goes wrong before the kill is a failure; afterwards everything must fail.
        var clock = Stopwatch.StartNew();
        while (_history.Answers < before + answersBeforeKill)
        {
            Assert.True(clock.Elapsed < ServerProcess.Patience, "the writes are not answered");
            foreach (var ended in callers.Where(caller => caller.IsCompleted))
                await ended;

            await Task.Delay(1);
        }

        await Task.Delay(delayMs);
        await server.KillAsync();
        _kills++;
        foreach (var caller in callers)
        {
            var problem = await Record.ExceptionAsync(() => caller.WaitAsync(ServerProcess.Patience));
            Assert.True(problem is HttpRequestException or IOException or OperationCanceledException, $"a call of a killed server ended with {problem?.ToString() ?? "an answer"}");
        }
    }

    private async Task StreamAsync(GrpcConnection connection)
    {
        // Sent and not answered yet, in order.
        var window = Channel.CreateBounded<int>(WindowSize);
        await connection.CallAsync<UpsertResponse>("PointService/UpsertStream", RequestsAsync(window.Writer), _ =>
        {
            Assert.True(window.Reader.TryRead(out int group));
            _history.Answered(group, version: 1);
        });
    }

    private async IAsyncEnumerable<IMessage> RequestsAsync(ChannelWriter<int> window, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (true)
        {
            var (request, group) = _history.SendNew();
            await window.WriteAsync(group, cancellation);
            yield return request;
        }
    }

    /// <summary>Replaces groups, and deletes one of eight.</summary>
    private async Task ReplaceAsync(GrpcConnection connection, Random random)
    {
        while (true)
        {
            if (_history.Next(random) is not { } next)
            {
                await Task.Delay(1);
                continue;
            }

            await connection.WriteAsync(next.Request);
            _history.Answered(next.Group, next.Version);
        }
    }

    /// <summary>Looks for what was answered: whole groups, of a version that may be there.</summary>
    private async Task SearchAsync(GrpcConnection connection, Random random)
    {
        while (true)
        {
            var query = _history.Query(random);
            var found = await connection.CallAsync<SearchResponse>("SearchService/Search", query.Request);
            _history.CheckFound(query.Group, query.VersionBefore, Assert.Single(found));
            _searches++;
        }
    }

    private async Task OptimizeAsync(GrpcConnection connection, Random random)
    {
        while (true)
        {
            await connection.CallAsync<SealResponse>("AdminService/Seal", new SealRequest { Collection = GroupHistory.Collection });
            await connection.CallAsync<OptimizeResponse>("AdminService/Optimize", new OptimizeRequest { Collection = GroupHistory.Collection });
            _merges++;
            await Task.Delay(random.Next(10));
        }
    }

    private async Task MakeSnapshotsAsync(GrpcConnection connection)
    {
        for (int number = 0; ; number++)
        {
            string name = $"k{_kills}-{number}";
            await connection.CallAsync<CreateSnapshotResponse>("SnapshotService/CreateSnapshot", new CreateSnapshotRequest { Collection = GroupHistory.Collection, Snapshot = name });
            await VerifySnapshotAsync(connection, name);
            await DeleteSnapshotAsync(connection, name);
            _snapshots++;
        }
    }

    /// <summary>With the server down: a snapshot of what is there, restored beside it, is the same; and the collection stays as it is.</summary>
    private async Task SnapshotAsync(string name)
    {
        await using var database = await Engine.VectorDatabase.OpenAsync(Data);
        var collection = database.GetCollection(GroupHistory.Collection);
        await collection.CreateSnapshotAsync(name);
        var copy = await database.RestoreSnapshotAsync(GroupHistory.Collection, name, Copy);
        Assert.Equal(await ReadAsync(collection), await ReadAsync(copy));
        await database.DeleteCollectionAsync(Copy);
        await database.DeleteSnapshotAsync(GroupHistory.Collection, name);
        _snapshots++;
    }

    private static async Task<List<string>> ReadAsync(Engine.Collection collection)
    {
        var found = new List<string>();
        await foreach (var point in collection.ScrollAsync(new Engine.ScrollRequest { WithVectors = true }))
            found.Add($"{point.Id}: [{string.Join(' ', point.Vectors!["v"])}] {point.Payload}");

        found.Sort(StringComparer.Ordinal);
        return found;
    }
}
