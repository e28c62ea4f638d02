using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.Snapshots;

/// <summary>
/// A small workload around snapshots, whose every outcome is known: writes, seals, snapshots made, deleted, sent through an archive and restored over the collection. It remembers what
/// was asked and what was answered, and says of a database that was reopened whether it may look so.
/// </summary>
internal sealed class SnapshotWorkload
{
    public const string Name = "points";
    private const string CopyName = "copy";
    private const string ImportedName = "imported";
    private const int IdMax = 10;

    private readonly Random _random;
    private readonly PayloadStoreKind _payloads;

    // The state after each write or restore asked for so far, the empty one first.
    private readonly List<Dictionary<PointId, string>> _states = [new()];

    // What each snapshot must hold, and whether it must be there or only may.
    private readonly Dictionary<(string Collection, string Name), (Dictionary<PointId, string> State, bool IsSure)> _snapshots = [];
    private int _acknowledged;
    private bool _created;
    private int _version;

    public SnapshotWorkload(int seed, PayloadStoreKind payloads)
    {
        _random = new Random(seed);
        _payloads = payloads;
    }

    /// <summary>Runs until done, or until the disk stops it.</summary>
    public async Task RunAsync(SimulatedFileSystem disk, int steps)
    {
        VectorDatabase? database = null;
        try
        {
            database = await OpenAsync(disk);
            if (database.ListCollections().All(info => info.Name != Name))
                await database.CreateCollectionAsync(Name, Config());

            _created = true;
            for (int step = 0; step < steps; step++)
                await StepAsync(database);

            await database.DisposeAsync();
        }
        catch (Exception problem) when (problem is SimulatedCrashException or VectorStoreException)
        {
            if (!disk.HasCrashed)
                throw;

            if (database is not null)
                await DisposeAfterCrashAsync(database);
        }
    }

    /// <summary>Opens the database and checks: the collection is in a state it was asked into, at or after the last answered; every snapshot is whole and restores to what it was made of.</summary>
    public async Task CheckAsync(SimulatedFileSystem disk, string when)
    {
        await using var database = await OpenAsync(disk);
        Assert.DoesNotContain(disk.AllFiles(), path => path.Contains("/.", StringComparison.Ordinal));
        var info = database.ListCollections().FirstOrDefault(entry => entry.Name == Name);
        if (info is null)
        {
            Assert.False(_created, $"{when}: the collection is gone after its creation was answered");
            return;
        }

        Assert.True(info.Health != CollectionHealth.Red, $"{when}: the collection is red: {info.Problem}");
        _created = true;
        var found = await ReadAsync(database.GetCollection(Name));
        int state = _states.FindLastIndex(candidate => Same(candidate, found));
        Assert.True(state >= 0, $"{when}: the points are those of no state there was: {Show(found)}");
        Assert.True(state >= _acknowledged, $"{when}: only {state} of {_acknowledged} answered changes are there");
        _states.RemoveRange(state + 1, _states.Count - state - 1);
        _acknowledged = state;
        await CheckSnapshotsAsync(database, Name, when);
        await CheckSnapshotsAsync(database, ImportedName, when);
    }

    private async Task CheckSnapshotsAsync(VectorDatabase database, string collection, string when)
    {
        var listed = database.ListSnapshots(collection).ToDictionary(snapshot => snapshot.Name);
        foreach (string name in _snapshots.Keys.Where(key => key.Collection == collection).Select(key => key.Name).ToList())
        {
            var (state, isSure) = _snapshots[(collection, name)];
            if (!listed.Remove(name, out var snapshot))
            {
                Assert.False(isSure, $"{when}: snapshot {collection}/{name} is gone after it was answered for");
                _snapshots.Remove((collection, name));
                continue;
            }

            Assert.True(snapshot.Problem is null, $"{when}: snapshot {collection}/{name}: {snapshot.Problem}");
            var report = await database.VerifySnapshotAsync(collection, name);
            Assert.True(report.Problems.Count == 0, $"{when}: snapshot {collection}/{name}: {string.Join("; ", report.Problems)}");
            var restored = await ReadAsync(await database.RestoreSnapshotAsync(collection, name, CopyName, replace: true));
            Assert.True(Same(state, restored), $"{when}: snapshot {collection}/{name} holds {Show(restored)}, not {Show(state)}");
            _snapshots[(collection, name)] = (state, true);
        }

        Assert.True(listed.Count == 0, $"{when}: there are snapshots nobody asked for: {string.Join(", ", listed.Keys)}");
        if (database.ListCollections().Any(info => info.Name == CopyName))
            await database.DeleteCollectionAsync(CopyName);
    }

    private static CollectionConfig Config() => new()
    {
        Vectors = new Dictionary<string, VectorConfig>
        {
            ["v"] = new(2, Metric.Euclidean) { Hnsw = new HnswConfig { M = 4, EfConstruction = 8, FullScanThreshold = 6 } },
        },
    };

    private static string Describe(float[] vector, Payload? payload) => $"[{string.Join(' ', vector)}] {payload}";

    private static string Show(Dictionary<PointId, string> points) => string.Join("; ", points.OrderBy(point => point.Key));

    private static bool Same(Dictionary<PointId, string> left, Dictionary<PointId, string> right) =>
        left.Count == right.Count && left.All(point => right.TryGetValue(point.Key, out string? other) && other == point.Value);

    private static async Task<Dictionary<PointId, string>> ReadAsync(Collection collection)
    {
        var found = new Dictionary<PointId, string>();
        await foreach (var point in collection.ScrollAsync(new ScrollRequest { WithVectors = true }))
            found.Add(point.Id, Describe(point.Vectors!["v"], point.Payload));

        return found;
    }

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

    private async Task StepAsync(VectorDatabase database)
    {
        var collection = database.GetCollection(Name);
        var known = _snapshots.Where(snapshot => snapshot.Value.IsSure).Select(snapshot => snapshot.Key).ToList();
        switch (_random.Next(14))
        {
            case < 5:
                await UpsertAsync(collection);
                break;
            case 5:
                await DeleteAsync(collection);
                break;
            case 6:
                await collection.SealAsync();
                break;
            case 7:
                await collection.SealAsync();
                await collection.OptimizeAsync();
                break;
            case < 11:
                await CreateSnapshotAsync(collection);
                break;
            case 11 when known.Count > 0:
                await DeleteSnapshotAsync(database, known[_random.Next(known.Count)]);
                break;
            case 12 when known.Count > 0:
                await RestoreAsync(database, known[_random.Next(known.Count)]);
                break;
            case 13 when known.Count > 0:
                await ImportAsync(database, known[_random.Next(known.Count)]);
                break;
            default:
                await UpsertAsync(collection);
                break;
        }
    }

    private async Task UpsertAsync(Collection collection)
    {
        var next = new Dictionary<PointId, string>(_states[^1]);
        PointId id = (ulong)_random.Next(IdMax);
        int version = ++_version;
        float[] vector = [version, _random.Next(100)];
        var payload = _random.Next(3) == 0 ? null : Payload.FromJson($$"""{"version":{{version}}}""");
        next[id] = Describe(vector, payload);
        _states.Add(next);
        await collection.UpsertAsync([new Point(id, vector, payload)]);
        _acknowledged = _states.Count - 1;
    }

    private async Task DeleteAsync(Collection collection)
    {
        var next = new Dictionary<PointId, string>(_states[^1]);
        PointId id = (ulong)_random.Next(IdMax);
        next.Remove(id);
        _states.Add(next);
        await collection.DeleteAsync([id]);
        _acknowledged = _states.Count - 1;
    }

    private async Task CreateSnapshotAsync(Collection collection)
    {
        var key = (Name, $"s{++_version}");
        _snapshots[key] = (_states[^1], false);
        await collection.CreateSnapshotAsync(key.Item2);
        _snapshots[key] = (_states[^1], true);
    }

    private async Task DeleteSnapshotAsync(VectorDatabase database, (string Collection, string Name) key)
    {
        _snapshots[key] = (_snapshots[key].State, false);
        await database.DeleteSnapshotAsync(key.Collection, key.Name);
        _snapshots.Remove(key);
    }

    private async Task RestoreAsync(VectorDatabase database, (string Collection, string Name) key)
    {
        _states.Add(_snapshots[key].State);
        await database.RestoreSnapshotAsync(key.Collection, key.Name, Name, replace: true);
        _acknowledged = _states.Count - 1;
    }

    private async Task ImportAsync(VectorDatabase database, (string Collection, string Name) key)
    {
        var imported = (ImportedName, key.Name);
        if (_snapshots.ContainsKey(imported))
            return;

        using var archive = new MemoryStream();
        await database.ExportSnapshotAsync(key.Collection, key.Name, archive);
        archive.Position = 0;
        _snapshots[imported] = (_snapshots[key].State, false);
        await database.ImportSnapshotAsync(ImportedName, archive);
        _snapshots[imported] = (_snapshots[key].State, true);
    }
}
