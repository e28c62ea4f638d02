using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests;

/// <summary>
/// A small workload whose every outcome is known: writes one at a time, now and then a seal, a second collection made and dropped. It remembers
/// what was asked and what was acknowledged, and says of a database that was reopened whether it may look so.
/// </summary>
internal sealed class CrashWorkload
{
    private const int Dimension = 4;
    private const int IdMax = 12;
    private const string Name = "points";

    private readonly Random _random;
    private readonly PayloadStoreKind _payloads;

    // The state after each write asked for so far, the empty one first.
    private readonly List<Dictionary<PointId, string>> _states = [new()];
    private int _acknowledged;
    private bool _created;
    private int _version;

    public CrashWorkload(int seed, PayloadStoreKind payloads)
    {
        _random = new Random(seed);
        _payloads = payloads;
    }

    /// <summary>Runs until done, or until the disk stops it. Returns whether it was stopped.</summary>
    public async Task<bool> RunAsync(SimulatedFileSystem disk, int steps)
    {
        VectorDatabase? database = null;
        try
        {
            database = await OpenAsync(disk);
            var collection = database.ListCollections().Any(info => info.Name == Name)
                ? database.GetCollection(Name)
                : await database.CreateCollectionAsync(Name, Config());
            _created = true;
            for (int step = 0; step < steps; step++)
                await StepAsync(database, collection);

            await database.DisposeAsync();
            return disk.HasCrashed;
        }
        catch (Exception problem) when (problem is SimulatedCrashException or VectorStoreException)
        {
            if (!disk.HasCrashed)
                throw;

            if (database is not null)
                await DisposeAfterCrashAsync(database);

            return true;
        }
    }

    /// <summary>Runs on a disk whose calls may fail, until done or until the collection takes no more writes. Nothing may hang, and every refusal is typed.</summary>
    public async Task RunWithFaultsAsync(SimulatedFileSystem disk, int steps)
    {
        VectorDatabase? database = null;
        try
        {
            database = await OpenAsync(disk);
            var collection = await database.CreateCollectionAsync(Name, Config());
            _created = true;
            for (int step = 0; step < steps; step++)
            {
                try
                {
                    await StepAsync(database, collection);
                }
                catch (VectorStoreException problem) when (problem.Reason != ErrorReason.CollectionReadOnly)
                {
                    // Refused: nothing was applied, and the next write may well succeed.
                    _states.RemoveRange(_acknowledged + 1, _states.Count - _acknowledged - 1);
                }
            }
        }
        catch (VectorStoreException)
        {
            // Opening or creating failed, or the log did: whether the last write is stored is unknown, and no other was taken.
        }

        if (database is not null)
            await database.DisposeAsync();
    }

    /// <summary>Opens the database and checks the promises: nothing acknowledged is missing, nothing unknown appears, no write is there by halves.</summary>
    /// <param name="disk">What is left.</param>
    /// <param name="when">For the message.</param>
    /// <param name="adopt">Whether the run goes on from this disk: what was recovered from it must then be found again.</param>
    public async Task CheckAsync(SimulatedFileSystem disk, string when, bool adopt = true)
    {
        await using var database = await OpenAsync(disk);
        var info = database.ListCollections().FirstOrDefault(entry => entry.Name == Name);
        if (info is null)
        {
            Assert.False(_created, $"{when}: the collection is gone after its creation was acknowledged");
            return;
        }

        Assert.True(info.Health != CollectionHealth.Red, $"{when}: the collection is red: {info.Problem}");
        _created |= adopt;
        var collection = database.GetCollection(Name);
        var found = new Dictionary<PointId, string>();
        await foreach (var point in collection.ScrollAsync(new ScrollRequest { WithVectors = true }))
            Assert.True(found.TryAdd(point.Id, Describe(point.Vectors!["v"], point.Payload)), $"{when}: point {point.Id} is there twice");

        int state = _states.FindLastIndex(candidate => Same(candidate, found));
        Assert.True(state >= 0, $"{when}: the points are those of no prefix of the writes: {string.Join("; ", found.OrderBy(point => point.Key))}");
        Assert.True(state >= _acknowledged, $"{when}: only {state} of {_acknowledged} acknowledged writes are there");
        Assert.Equal(found.Count, await collection.CountAsync());

        foreach (var (id, description) in found)
        {
            var byId = Assert.Single(await collection.GetAsync([id], withVectors: true));
            Assert.Equal(description, Describe(byId.Vectors!["v"], byId.Payload));
            var nearest = await collection.SearchAsync(new SearchRequest { Vector = byId.Vectors["v"], Limit = 1 });
            Assert.Equal(id, Assert.Single(nearest).Id);
        }

        if (!adopt)
            return;

        _states.RemoveRange(state + 1, _states.Count - state - 1);
        _acknowledged = state;
    }

    private static CollectionConfig Config() => new()
    {
        Vectors = new Dictionary<string, VectorConfig>
        {
            ["v"] = new(Dimension, Metric.Euclidean) { Hnsw = new HnswConfig { M = 4, EfConstruction = 8, FullScanThreshold = 6 } },
        },
    };

    private static string Describe(float[] vector, Payload? payload) => $"[{string.Join(' ', vector)}] {payload}";

    private static bool Same(Dictionary<PointId, string> left, Dictionary<PointId, string> right) =>
        left.Count == right.Count && left.All(point => right.TryGetValue(point.Key, out string? other) && other == point.Value);

    private static async Task DisposeAfterCrashAsync(VectorDatabase database)
    {
        try
        {
            await database.DisposeAsync();
        }
        catch (Exception problem) when (problem is SimulatedCrashException or VectorStoreException)
        {
            // The disk is gone; closing can do nothing more.
        }
    }

    private Task<VectorDatabase> OpenAsync(SimulatedFileSystem disk) => VectorDatabase.OpenAsync("/data", new DatabaseOptions
    {
        FileSystem = disk,
        IndexThreads = 1,
        PayloadStore = _payloads,
        WalFileBytes = 8 * 1024,
        WalIdleWatermark = Timeout.InfiniteTimeSpan,
    });

    private async Task StepAsync(VectorDatabase database, Collection collection)
    {
        switch (_random.Next(15))
        {
            case < 7:
                await UpsertAsync(collection);
                break;
            case < 9:
                await DeleteAsync(collection);
                break;
            case 9:
                await collection.SealAsync();
                break;
            case 10:
                await collection.SealAsync();
                await collection.OptimizeAsync();
                break;
            case < 14:
                await ChangePayloadsAsync(collection);
                break;
            default:
                await MakeAndDropAsync(database);
                break;
        }
    }

    private async Task UpsertAsync(Collection collection)
    {
        var next = new Dictionary<PointId, string>(_states[^1]);
        var points = new List<Point>();
        for (int count = _random.Next(1, 5); count > 0; count--)
        {
            PointId id = (ulong)_random.Next(IdMax);
            if (points.Exists(point => point.Id == id))
                continue;

            int version = ++_version;
            float[] vector = [version, _random.Next(100), _random.Next(100), _random.Next(100)];
            var payload = _random.Next(3) == 0 ? null : Payload.FromJson($$"""{"version":{{version}},"text":"{{new string('x', _random.Next(40))}}"}""");
            points.Add(new Point(id, vector, payload));
            next[id] = Describe(vector, payload);
        }

        _states.Add(next);
        await collection.UpsertAsync(points);
        _acknowledged = _states.Count - 1;
    }

    private async Task DeleteAsync(Collection collection)
    {
        var next = new Dictionary<PointId, string>(_states[^1]);
        var ids = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => new PointId((ulong)_random.Next(IdMax))).Distinct().ToList();
        ids.ForEach(id => next.Remove(id));
        _states.Add(next);
        await collection.DeleteAsync(ids);
        _acknowledged = _states.Count - 1;
    }

    /// <summary>Sets one field, or takes all payloads away, of some points of which not all need be there.</summary>
    private async Task ChangePayloadsAsync(Collection collection)
    {
        var next = new Dictionary<PointId, string>(_states[^1]);
        var ids = Enumerable.Range(0, _random.Next(1, 5)).Select(_ => new PointId((ulong)_random.Next(IdMax))).Distinct().ToList();
        int version = ++_version;
        bool clears = _random.Next(4) == 0;
        var change = clears ? PayloadChange.Clear : PayloadChange.Set(Payload.FromJson($$"""{"changed":{{version}}}"""));
        foreach (var id in ids.Where(next.ContainsKey))
        {
            // Behind the vector; the field is always the last one.
            string vector = next[id][..(next[id].IndexOf(']', StringComparison.Ordinal) + 2)];
            string json = next[id][vector.Length..];
            string others = json.Length == 0 ? "{" : json[..^1];
            int field = others.IndexOf("\"changed\"", StringComparison.Ordinal);
            others = field < 0 ? (others.Length > 1 ? others + "," : others) : others[..field];
            next[id] = clears ? vector : $"{vector}{others}\"changed\":{version}}}";
        }

        _states.Add(next);
        await collection.UpdatePayloadAsync(ids, change);
        _acknowledged = _states.Count - 1;
    }

    private static async Task MakeAndDropAsync(VectorDatabase database)
    {
        const string Other = "other";
        if (database.ListCollections().All(info => info.Name != Other))
        {
            var other = await database.CreateCollectionAsync(Other, Config());
            await other.UpsertAsync([new Point(1, new float[] { 1, 2, 3, 4 })]);
        }
        else
        {
            await database.DeleteCollectionAsync(Other);
        }
    }
}
