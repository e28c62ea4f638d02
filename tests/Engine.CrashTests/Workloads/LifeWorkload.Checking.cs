using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.Workloads;

/// <content>What a reopened database may look like.</content>
internal sealed partial class LifeWorkload
{
    private const string CopyName = "copy";

    // A crash in recovery may leave torn tails set aside and manifests that are kept, but never more with every crash.
    private const int FilesPerSnapshotMax = 40;
    private const int FilesMax = 80;

    /// <summary>Opens the database and checks the promises: nothing acknowledged is missing, nothing unknown appears, no write is there by halves; every snapshot is whole and restores to what it was made of.</summary>
    /// <param name="disk">What is left.</param>
    /// <param name="when">For the message.</param>
    /// <param name="adopt">Whether the run goes on from this disk: what was recovered from it must then be found again.</param>
    public async Task CheckAsync(ITestDisk disk, string when, bool adopt = true)
    {
        await using var database = await OpenAsync(disk);
        Assert.True(disk.AllFiles().All(path => !path.Contains("/.", StringComparison.Ordinal)), $"{when}: something unfinished was left");

        // What goes into the archive of logs stays there for its time.
        var files = disk.AllFiles().Where(path => !path.Contains("/log-archive/", StringComparison.Ordinal)).ToList();
        int held = _snapshots.Keys.Sum(key => key.Collection == VectorDatabase.WholeDatabase ? 2 : 1);
        Assert.True(files.Count < FilesMax + (FilesPerSnapshotMax * held), $"{when}: {files.Count} files are left: {string.Join(", ", files)}");
        Assert.True(
            disk.AllFiles().Where(path => path.Contains("/payloads", StringComparison.Ordinal) && !path.EndsWith(".seg", StringComparison.Ordinal)).GroupBy(path => path[..path.LastIndexOf('/')])
                .GroupBy(directory => directory.Key[..directory.Key.LastIndexOf('/')]).All(collection => collection.Count() == 1),
            $"{when}: a payload store was left beside the one that serves");
        var info = database.ListCollections().FirstOrDefault(entry => entry.Name == Name);
        if (info is null)
        {
            Assert.False(_created, $"{when}: the collection is gone after its creation was acknowledged");
            return;
        }

        Assert.True(info.Health != CollectionHealth.Red, $"{when}: the collection is red: {info.Problem}");
        _created |= adopt;
        var collection = database.GetCollection(Name);
        var found = await ReadAsync(collection, when);
        int state = _states.FindLastIndex(candidate => Same(candidate, found));
        Assert.True(state >= 0, $"{when}: the points are those of no state there was: {Show(found)}");
        Assert.True(state >= _acknowledged, $"{when}: only {state} of {_acknowledged} acknowledged changes are there");
        await CheckAnswersAsync(collection, found, when);
        int m = collection.Config.Vectors["v"].Hnsw.M;
        Assert.True(_graphs.Contains(m), $"{when}: the configuration has an M of {m}, not of {string.Join(" or ", _graphs)}");
        if (adopt)
        {
            _graphs = [m];
            _replacing = false;
            _states.RemoveRange(state + 1, _states.Count - state - 1);
            _acknowledged = state;
        }

        await CheckSnapshotsAsync(database, Name, when, adopt);
        await CheckSnapshotsAsync(database, ImportedName, when, adopt);
        await CheckWholeSnapshotsAsync(database, when, adopt);
        CheckSchedule(database, when, adopt);
        await CheckMomentsAsync(database, found, when);
        if (database.ListCollections().Any(entry => entry.Name == CopyName))
            await database.DeleteCollectionAsync(CopyName);
    }

    /// <summary>Goes on from what a killed process left: of the write that was on its way, all or nothing.</summary>
    private async Task AdoptAsync(VectorDatabase database)
    {
        const string When = "after the process was killed";
        var found = await ReadAsync(database.GetCollection(Name), When);
        int state = _states.FindLastIndex(candidate => Same(candidate, found));
        Assert.True(state >= _acknowledged, $"{When} {Show(found)} is served, not {Show(_states[_acknowledged])}");
        _states.RemoveRange(state + 1, _states.Count - state - 1);
        _acknowledged = state;
        _replacing = false;
    }

    /// <summary>What a database on a failing disk still answers: the state that was acknowledged, or an error of ours.</summary>
    private async Task CheckReadsAsync(VectorDatabase database)
    {
        Dictionary<PointId, string> found;
        try
        {
            found = await ReadAsync(database.GetCollection(Name), "on a failing disk");
        }
        catch (VectorStoreException)
        {
            return;
        }

        int state = _states.FindLastIndex(candidate => Same(candidate, found));
        Assert.True(state >= _acknowledged, $"on a failing disk {Show(found)} is served, not {Show(_states[_acknowledged])}");
    }

    private async Task CheckAnswersAsync(Collection collection, Dictionary<PointId, string> found, string when)
    {
        Assert.Equal(found.Count, await collection.CountAsync());
        if (found.Count == 0)
            return;

        var byId = await collection.GetAsync([.. found.Keys], withVectors: true);
        Assert.Equal(found.Count, byId.Count);
        foreach (var point in byId)
        {
            Assert.Equal(found[point.Id], Describe(point.Vectors!["v"], point.Payload));
            var nearest = await collection.SearchAsync(new SearchRequest { Vector = point.Vectors["v"], Limit = 1 });
            Assert.True(nearest.Count == 1 && nearest[0].Id == point.Id, $"{when}: point {point.Id} is not the nearest to its own vector");
        }
    }

    /// <summary>After optimizing, all that is sealed is encoded as the collection is configured.</summary>
    private static async Task CheckBuiltAsync(Collection collection)
    {
        Assert.Empty(collection.GetOptimizerStatus().WaitingToRebuild);
        var wanted = collection.Config.Vectors["v"].Quantization.Kind;
        var explanation = await collection.ExplainAsync(new SearchRequest { Vector = new float[Dimension], Limit = 1 });
        Assert.All(explanation.Segments.Where(segment => segment is { Sealed: true, Path: SearchPath.Graph or SearchPath.CodeScan }), segment =>
            Assert.True(wanted == QuantizationKind.Auto || wanted == segment.Quantization, $"segment {segment.Segment} is encoded as {segment.Encoding}, and {wanted} is asked for"));
    }

    private Task CheckSnapshotsAsync(VectorDatabase database, string collection, string when, bool adopt) => ForEachSnapshotAsync(database, collection, when, adopt, async (name, state) =>
    {
        // Restoring verifies it whole first.
        var restored = await ReadAsync(await database.RestoreSnapshotAsync(collection, name, CopyName, replace: true), when);
        Assert.True(Same(state, restored), $"{when}: snapshot {collection}/{name} holds {Show(restored)}, not {Show(state)}");
    });

    /// <summary>Those that were answered for are there, and none that nobody asked for; each is looked at.</summary>
    /// <returns>Their names.</returns>
    private async Task<List<string>> ForEachSnapshotAsync(
        VectorDatabase database, string collection, string when, bool adopt, Func<string, Dictionary<PointId, string>, Task> check)
    {
        var there = new List<string>();
        var listed = database.ListSnapshots(collection).ToDictionary(snapshot => snapshot.Name);
        foreach (string name in _snapshots.Keys.Where(key => key.Collection == collection).Select(key => key.Name).ToList())
        {
            var (state, isSure) = _snapshots[(collection, name)];
            if (!listed.Remove(name, out var snapshot))
            {
                Assert.False(isSure, $"{when}: snapshot {collection}/{name} is gone after it was answered for");
                if (adopt)
                    _snapshots.Remove((collection, name));
                continue;
            }

            Assert.True(snapshot.Problem is null, $"{when}: snapshot {collection}/{name}: {snapshot.Problem}");
            await check(name, state);
            there.Add(name);
            if (adopt)
                _snapshots[(collection, name)] = (state, true);
        }

        Assert.True(listed.Count == 0, $"{when}: there are snapshots nobody asked for: {string.Join(", ", listed.Keys)}");
        return there;
    }

    private static async Task<Dictionary<PointId, string>> ReadAsync(Collection collection, string when)
    {
        var found = new Dictionary<PointId, string>();
        await foreach (var point in collection.ScrollAsync(new ScrollRequest { WithVectors = true }))
            Assert.True(found.TryAdd(point.Id, Describe(point.Vectors!["v"], point.Payload)), $"{when}: point {point.Id} is there twice");

        return found;
    }

    private static string Describe(float[] vector, Payload? payload) => $"[{string.Join(' ', vector)}] {payload}";

    private static string Show(Dictionary<PointId, string> points) => string.Join("; ", points.OrderBy(point => point.Key));

    private static bool Same(Dictionary<PointId, string> left, Dictionary<PointId, string> right) =>
        left.Count == right.Count && left.All(point => right.TryGetValue(point.Key, out string? other) && other == point.Value);
}
