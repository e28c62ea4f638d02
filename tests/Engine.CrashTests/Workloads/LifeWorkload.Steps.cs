using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.Workloads;

/// <content>What happens in such a life.</content>
internal sealed partial class LifeWorkload
{
    private const string OtherName = "other";
    private const string ImportedName = "imported";

    private static readonly QuantizationKind[] s_encodings = [QuantizationKind.None, QuantizationKind.Float16, QuantizationKind.Int8, QuantizationKind.Rotated];

    // While a restore replaces the collection, a failure leaves open which of the two is there.
    private bool _replacing;

    private async Task<VectorDatabase> StepAsync(ITestDisk disk, VectorDatabase database)
    {
        var known = _snapshots.Where(snapshot => snapshot.Value.IsSure && snapshot.Key.Collection != VectorDatabase.WholeDatabase).Select(snapshot => snapshot.Key).ToList();
        _clock.Now += s_stepTime;
        Listener?.Changed();
        switch (_random.Next(_keepsLogs ? 29 : 20))
        {
            case < 2:
                await DeleteAsync(database, _random.Next(1, 4));
                break;
            case 2:
                await database.GetCollection(Name).SealAsync();
                break;
            case 3:
                await database.GetCollection(Name).SealAsync();
                if (_version % 2 == 0)
                    await ReconfigureAsync(database);

                await database.GetCollection(Name).OptimizeAsync();
                await CheckBuiltAsync(database.GetCollection(Name));
                break;
            case 4:
                await GiveBackAsync(database);
                break;
            case 5 or 6:
                await CreateSnapshotAsync(database);
                break;
            case 7 when known.Count > 0:
                await DeleteSnapshotAsync(database, known[_random.Next(known.Count)]);
                break;
            case 8 when known.Count > 0:
                await RestoreAsync(database, known[_random.Next(known.Count)]);
                break;
            case 9 when known.Count > 0:
                await ImportAsync(database, known[_random.Next(known.Count)]);
                break;
            case 10:
                await MakeAndDropAsync(database);
                break;
            case 11:
                await database.DisposeAsync();
                return await OpenAsync(disk);
            case 12 or 13 or 14:
                await ChangePayloadsAsync(database);
                break;
            case 15 when _payloads == PayloadStoreKind.Faster:
                await database.GetCollection(Name).RenewPayloadsAsync();
                break;
            case 20 or 21:
                await CreateWholeAsync(database);
                break;
            case 22:
                await DeleteWholeAsync(database);
                break;
            case 23:
                await RestoreWholeAsync(database);
                break;
            case 24:
                await ScheduleAsync(database);
                break;
            case 25 or 26:
                await RunScheduleAsync(disk, database);
                break;
            case 27:
                await RestoreToMomentAsync(database);
                break;
            case 28:
                await LetTimePassAsync(database);
                break;
            default:
                await UpsertAsync(database);
                break;
        }

        return database;
    }

    /// <summary>Another encoding, and every other time another graph, which the next optimizing gives to all segments.</summary>
    private async Task ReconfigureAsync(VectorDatabase database)
    {
        int change = ++_configChanges;
        int m = FirstM + 1 + (change / 2 % 50);
        _graphs.Add(m);
        Listener?.Changed();
        await database.GetCollection(Name).UpdateConfigAsync(CollectionConfigChange.OfVector("v", new VectorConfigChange
        {
            M = m,
            EfConstruction = 2 * m,
            Quantization = s_encodings[change % s_encodings.Length],
            Originals = change % 4 == 0 ? Placement.Memory : Placement.Disk,
        }));
        _graphs = [m];
        Listener?.Changed();
    }

    /// <summary>Some points new, some replaced.</summary>
    private async Task UpsertAsync(VectorDatabase database)
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

        Expect(next);
        var collection = database.GetCollection(Name);
        Note(collection, await collection.UpsertAsync(points));
        Acknowledge();
    }

    /// <summary>Sets one field, or takes all payloads away, of some points of which not all need be there.</summary>
    private async Task ChangePayloadsAsync(VectorDatabase database)
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

        Expect(next);
        var collection = database.GetCollection(Name);
        Note(collection, await collection.UpdatePayloadAsync(ids, change));
        Acknowledge();
    }

    private async Task DeleteAsync(VectorDatabase database, int count)
    {
        var next = new Dictionary<PointId, string>(_states[^1]);
        var ids = Enumerable.Range(0, count).Select(_ => new PointId((ulong)_random.Next(IdMax))).Distinct().ToList();
        ids.ForEach(id => next.Remove(id));
        Expect(next);
        var collection = database.GetCollection(Name);
        Note(collection, await collection.DeleteAsync(ids));
        Acknowledge();
    }

    /// <summary>Many rows of sealed segments die, and the segments are rewritten without them.</summary>
    private async Task GiveBackAsync(VectorDatabase database)
    {
        await database.GetCollection(Name).SealAsync();
        await DeleteAsync(database, IdMax);
        await database.GetCollection(Name).OptimizeAsync();
    }

    private async Task CreateSnapshotAsync(VectorDatabase database)
    {
        var key = (Name, $"s{++_version}");
        await ExpectAsync(database, Name, key.Item2);
        await database.GetCollection(Name).CreateSnapshotAsync(key.Item2);
        Know(key, _states[^1], isSure: true);
    }

    private async Task DeleteSnapshotAsync(VectorDatabase database, (string Collection, string Name) key)
    {
        Know(key, _snapshots[key].State, isSure: false);
        await database.DeleteSnapshotAsync(key.Collection, key.Name);
        _snapshots.Remove(key);
        Listener?.Changed();
    }

    private async Task RestoreAsync(VectorDatabase database, (string Collection, string Name) key)
    {
        ExpectReplaced(_snapshots[key].State, _graphsOfSnapshots[key]);
        await database.RestoreSnapshotAsync(key.Collection, key.Name, Name, replace: true);
        AcknowledgeReplaced(_graphsOfSnapshots[key]);
    }

    private async Task ImportAsync(VectorDatabase database, (string Collection, string Name) key)
    {
        var imported = (ImportedName, key.Name);
        if (_snapshots.ContainsKey(imported))
            return;

        using var archive = new MemoryStream();
        await database.ExportSnapshotAsync(key.Collection, key.Name, archive);
        archive.Position = 0;
        _graphsOfSnapshots[imported] = _graphsOfSnapshots[key];
        Know(imported, _snapshots[key].State, isSure: false);
        await database.ImportSnapshotAsync(ImportedName, archive);
        Know(imported, _snapshots[key].State, isSure: true);
    }

    private static async Task MakeAndDropAsync(VectorDatabase database)
    {
        if (database.ListCollections().All(info => info.Name != OtherName))
        {
            var other = await database.CreateCollectionAsync(OtherName, Config());
            await other.UpsertAsync([new Point(1, new float[] { 1, 2, 3, 4 })]);
        }
        else
        {
            await database.DeleteCollectionAsync(OtherName);
        }
    }
}
