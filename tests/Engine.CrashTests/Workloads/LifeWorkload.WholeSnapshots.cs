using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.Workloads;

/// <content>Snapshots of the whole database: all collections as of one instant, restored here, and elsewhere out of an archive.</content>
internal sealed partial class LifeWorkload
{
    // What each collection held when it was made.
    private readonly Dictionary<string, Dictionary<string, Dictionary<PointId, string>>> _collectionsOf = [];

    private async Task CreateWholeAsync(VectorDatabase database)
    {
        string name = $"w{++_version}";
        await ExpectAsync(database, VectorDatabase.WholeDatabase, name);
        await database.CreateSnapshotAsync(name);
        Know((VectorDatabase.WholeDatabase, name), _states[^1], isSure: true);
    }

    /// <summary>Remembers what a snapshot that is about to be made must hold.</summary>
    private async Task ExpectAsync(VectorDatabase database, string of, string name)
    {
        var key = (of, name);
        if (of == VectorDatabase.WholeDatabase)
        {
            var collections = new Dictionary<string, Dictionary<PointId, string>>();
            foreach (var info in database.ListCollections())
                collections[info.Name] = await ReadAsync(database.GetCollection(info.Name), "before a snapshot of the whole");

            _collectionsOf[name] = collections;
        }

        _logsOfSnapshots[key] = LogOf(database.GetCollection(of == VectorDatabase.WholeDatabase ? Name : of));
        _graphsOfSnapshots[key] = [.. _graphs];
        Know(key, _states[^1], isSure: false);
    }

    private async Task DeleteWholeAsync(VectorDatabase database)
    {
        var known = WholeSnapshots();
        if (known.Count == 0)
            await CreateWholeAsync(database);
        else
            await DeleteSnapshotAsync(database, known[_random.Next(known.Count)]);
    }

    private async Task RestoreWholeAsync(VectorDatabase database)
    {
        if (_version % 4 > 0 && await TryRestoreWholeToMomentAsync(database))
            return;

        var known = WholeSnapshots();
        if (known.Count == 0)
        {
            await CreateWholeAsync(database);
            return;
        }

        var key = known[_random.Next(known.Count)];
        ExpectReplaced(_snapshots[key].State, _graphsOfSnapshots[key]);
        await database.RestoreDatabaseSnapshotAsync(key.Name, replace: true);
        AcknowledgeReplaced(_graphsOfSnapshots[key]);
        await CheckCollectionsAsync(database, key.Name, "restored in place");
    }

    /// <summary>All of them are whole; one, drawn, gives an empty database elsewhere all collections as they were at that instant.</summary>
    private async Task CheckWholeSnapshotsAsync(VectorDatabase database, string when, bool adopt)
    {
        var there = await ForEachSnapshotAsync(database, VectorDatabase.WholeDatabase, when, adopt, async (name, _) =>
        {
            var report = await database.VerifySnapshotAsync(VectorDatabase.WholeDatabase, name);
            Assert.True(report.Problems.Count == 0, $"{when}: the snapshot {name} of the whole: {string.Join("; ", report.Problems)}");
        });
        if (there.Count == 0)
            return;

        string drawn = there[(_version + _states.Count) % there.Count];
        using var archive = new MemoryStream();
        await database.ExportSnapshotAsync(VectorDatabase.WholeDatabase, drawn, archive);
        archive.Position = 0;
        await using var elsewhere = await VectorDatabase.OpenAsync("/data", Options(new SimulatedFileSystem(1)) with { PayloadStore = PayloadStoreKind.Memory });
        await elsewhere.ImportSnapshotAsync(VectorDatabase.WholeDatabase, archive);
        await elsewhere.RestoreDatabaseSnapshotAsync(drawn);
        Assert.Equal(_collectionsOf[drawn].Keys.Order(StringComparer.Ordinal), elsewhere.ListCollections().Select(info => info.Name));
        await CheckCollectionsAsync(elsewhere, drawn, when);
    }

    private async Task CheckCollectionsAsync(VectorDatabase database, string snapshot, string when)
    {
        foreach (var (name, expected) in _collectionsOf[snapshot])
        {
            var found = await ReadAsync(database.GetCollection(name), when);
            Assert.True(Same(expected, found), $"{when}: the snapshot {snapshot} of the whole holds {Show(found)} in {name}, not {Show(expected)}");
        }
    }

    private List<(string Collection, string Name)> WholeSnapshots() =>
        [.. _snapshots.Where(snapshot => snapshot.Value.IsSure && snapshot.Key.Collection == VectorDatabase.WholeDatabase).Select(snapshot => snapshot.Key)];
}
