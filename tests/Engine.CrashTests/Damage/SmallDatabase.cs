using VectorStore.Engine.Collections;
using VectorStore.Engine.CrashTests.Planting;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.Damage;

/// <summary>
/// A small database on the simulated disk with every kind of file: log files, manifests, sealed segments with vectors, codes, graph, dead rows and changed payloads, a FASTER payload store, a snapshot, one of the whole
/// database, an archive of logs, a schedule, and a collection that was restored over itself. It is damaged in a numbered way, opened and read: everything served must be what was stored, or an error of ours says why not.
/// </summary>
/// <remarks>
/// The numbers begin at 1. Three of four flip one bit of each byte of the files up to 16 KB, in an order that has none, until there are no more; the others do worse, and anywhere. The same number is the same
/// damage, but for names that are drawn when the database is made.
/// </remarks>
internal sealed class SmallDatabase
{
    private const string Name = "points";
    private const string Other = "other";
    private const string SnapshotName = "kept";
    private const string WholeName = "whole";
    private const string CopyName = "copy";
    private const int LargerBy = 80;

    // A graph this coarse misses now and then.
    private const int ExactFrom = 100;
    private const int OrderSeed = 20;

    // The snapshot of the whole database shares all segments with it: now and then is enough.
    private const int WholeOneOf = 8;

    private readonly SimulatedFileSystem _disk;
    private readonly IReadOnlyList<string> _files;
    private readonly (string Path, int Offset)[] _bytes;
    private readonly Dictionary<PointId, string> _points;
    private readonly Dictionary<PointId, string> _snapshot;
    private readonly Dictionary<PointId, string> _other;
    private readonly IReadOnlyList<SnapshotSchedule> _schedules;

    private SmallDatabase(SimulatedFileSystem disk, Dictionary<PointId, string> points, Dictionary<PointId, string> snapshot, Dictionary<PointId, string> other, IReadOnlyList<SnapshotSchedule> schedules)
    {
        _disk = disk;
        _points = points;
        _snapshot = snapshot;
        _other = other;
        _schedules = schedules;
        _files = [.. disk.AllFiles().Where(path => disk.LiveBytes(path).Length > 0)];
        _bytes =
        [
            .. _files.Where(path => !IsSecondName(path)).Select(path => (Path: path, disk.LiveBytes(path).Length))
                .Where(file => file.Length <= SmallFileBytes)
                .SelectMany(file => Enumerable.Range(0, file.Length).Select(offset => (file.Path, offset))),
        ];
        new Random(OrderSeed).Shuffle(_bytes);
    }

    /// <summary>Larger ones are damaged in places that are drawn.</summary>
    public const int SmallFileBytes = 16 * 1024;

    /// <summary>Bytes of which one bit each is flipped.</summary>
    public int ExhaustiveCount => _bytes.Length;

    /// <summary>All files, for whoever wants to know that no kind is missing.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>The file that a damage is done to.</summary>
    public string PathOf(int number) => DamageOf(number).Path;

    public static string Replay(int number) => $"tests/bitflips.sh --count 1 --first {number}";

    /// <summary>A disk to damage.</summary>
    public SimulatedFileSystem Copy()
    {
        lock (_files)
            return _disk.KillProcess(1);
    }

    /// <summary>Makes it.</summary>
    /// <param name="isLarge">Whether files of segments and logs are to be over <see cref="SmallFileBytes"/>.</param>
    public static async Task<SmallDatabase> CreateAsync(bool isLarge = false)
    {
        int scale = isLarge ? LargerBy : 1;
        var disk = new SimulatedFileSystem(1);
        Dictionary<PointId, string> snapshot;
        Dictionary<PointId, string> points;
        Dictionary<PointId, string> others;
        IReadOnlyList<SnapshotSchedule> schedules;
        var options = Options(disk) with { LogArchiveTime = TimeSpan.FromDays(1) };
        await using (var database = await VectorDatabase.OpenAsync("/data", isLarge ? options with { WalFileBytes = LargerBy * 1024 } : options))
        {
            var other = await database.CreateCollectionAsync(Other, Config());
            await FillAsync(other, 100, 2);
            await other.CreateSnapshotAsync(SnapshotName);
            other = await database.RestoreSnapshotAsync(Other, SnapshotName, replace: true);
            await database.DeleteSnapshotAsync(Other, SnapshotName);
            others = await ReadAsync(other);

            var collection = await database.CreateCollectionAsync(Name, Config());
            await FillAsync(collection, 0, 30 * scale);
            await collection.SealAsync();
            await FillAsync(collection, 20 * scale, 20 * scale);
            await collection.DeleteAsync([3UL, 5UL, (ulong)(25 * scale)]);
            await collection.UpdatePayloadAsync([6UL, 7UL], PayloadChange.Set(Payload.FromJson("{\"changed\":true}")));
            await collection.SealAsync();
            await FillAsync(collection, 45 * scale, 2 * scale);
            await collection.CreateSnapshotAsync(SnapshotName);
            snapshot = await ReadAsync(collection);

            // Stays in the log: closing seals only what has a graph.
            await FillAsync(collection, 8, 3);
            await collection.DeleteAsync([1UL, 9UL]);
            points = await ReadAsync(collection);
            await database.CreateSnapshotAsync(WholeName);
            await database.SetSnapshotScheduleAsync(new SnapshotSchedule { CollectionName = Name, Every = TimeSpan.FromHours(1), Keep = 3 });
            schedules = [.. database.ListSnapshotSchedules().Select(status => status.Schedule)];
        }

        new ScrubRecord(0, "", 1, 2).Write(disk, "/data");
        return new SmallDatabase(disk.KillProcess(1), points, snapshot, others, schedules);
    }

    /// <summary>Whether it is the second name of a file that a snapshot shares with its collection.</summary>
    public static bool IsSecondName(string path) => path.StartsWith("/data/snapshots/", StringComparison.Ordinal) && path.Contains("/segments/", StringComparison.Ordinal);

    /// <summary>Does one damage to a copy and reads what is left; throws where something wrong was served.</summary>
    /// <param name="number">Which damage.</param>
    /// <param name="bug">A bug to plant behind it.</param>
    public async Task<DamageOutcome> RunAsync(int number, PlantedBug? bug = null)
    {
        var damage = DamageOf(number);
        return await RunAsync(damage, usesFaster: number % 16 == 0, restoresWhole: number % WholeOneOf == 0, bug);
    }

    /// <summary>Does one damage to a copy and reads what is left; throws where something wrong was served.</summary>
    /// <param name="damage">Which.</param>
    /// <param name="usesFaster">Whether the payload store is opened where its files are sound: that takes longer than all the rest.</param>
    /// <param name="restoresWhole">Whether the snapshot of the whole is restored where it shares the file.</param>
    /// <param name="bug">A bug to plant behind it.</param>
    public async Task<DamageOutcome> RunAsync(SmallDamage damage, bool usesFaster = false, bool restoresWhole = true, PlantedBug? bug = null)
    {
        var disk = Copy();
        damage.Apply(disk);
        bug?.Plant(disk);
        try
        {
            return await CheckAsync(disk, damage, usesFaster || damage.Path.Contains("/payloads/", StringComparison.Ordinal), restoresWhole);
        }
        catch (Exception problem) when (problem is not VectorStoreException)
        {
            throw new InvalidOperationException($"{damage}: {problem.GetType().Name}: {problem.Message}", problem);
        }
    }

    private SmallDamage DamageOf(int number)
    {
        var random = new Random(number);
        int index = number - 1 - (number / 4);
        return number % 4 != 0 && index < _bytes.Length
            ? SmallDamage.Flip(_bytes[index].Path, _bytes[index].Offset, random.Next(8))
            : SmallDamage.Draw(random, _disk, _files);
    }

    private async Task<DamageOutcome> CheckAsync(SimulatedFileSystem disk, SmallDamage damage, bool usesFaster, bool restoresWhole)
    {
        VectorDatabase database;
        try
        {
            database = await VectorDatabase.OpenAsync("/data", Options(disk) with { PayloadStore = usesFaster ? PayloadStoreKind.Faster : PayloadStoreKind.Memory });
        }
        catch (VectorStoreException)
        {
            Assert.False(damage.Path.Contains('~', StringComparison.Ordinal), $"{damage}: one damaged collection keeps the others from serving");
            return DamageOutcome.DatabaseRefused;
        }

        await using (database)
        {
            bool isOtherServed = await IsServedAsync(() => Task.FromResult(database.GetCollection(Other)), _other);
            Assert.True(isOtherServed || damage.Path.Contains($"/{Other}~", StringComparison.Ordinal), $"{damage}: another collection is refused");

            var outcome = DamageOutcome.Harmless;
            if (!await IsServedAsync(() => Task.FromResult(database.GetCollection(Name)), _points))
                outcome = DamageOutcome.CollectionRefused;

            // The two share no byte but those of linked segments, and these are read here too.
            bool mayHitSnapshot = damage.Path.Contains("/snapshots/", StringComparison.Ordinal) || damage.Path.EndsWith(".seg", StringComparison.Ordinal);
            bool isRefused = mayHitSnapshot && !await IsServedAsync(() => database.RestoreSnapshotAsync(Name, SnapshotName, CopyName), _snapshot);
            if (damage.Path.Contains("/log-archive/", StringComparison.Ordinal))
                isRefused |= !await IsServedAsync(async () => (await database.RestoreSnapshotToAsync(Name, SnapshotName, RestorePoint.Newest, CopyName)).Collection, _points);
            if (damage.Path.Contains("/SCHEDULES", StringComparison.Ordinal))
                isRefused |= !AreSchedulesServed(database);

            // Last: it takes the place of all collections.
            if (damage.Path.Contains("/~database/", StringComparison.Ordinal) || (restoresWhole && mayHitSnapshot))
                isRefused |= !await IsServedAsync(async () => (await database.RestoreDatabaseSnapshotAsync(WholeName, replace: true)).Single(collection => collection.Name == Name), _points);

            return isRefused && outcome == DamageOutcome.Harmless ? DamageOutcome.SnapshotRefused : outcome;
        }
    }

    private bool AreSchedulesServed(VectorDatabase database)
    {
        try
        {
            Assert.Equal(_schedules, database.ListSnapshotSchedules().Select(status => status.Schedule));
            return true;
        }
        catch (VectorStoreException)
        {
            return false;
        }
    }

    /// <summary>Whether a collection serves exactly this; false where an error of ours refuses it. Anything else throws.</summary>
    private static async Task<bool> IsServedAsync(Func<Task<Collection>> open, Dictionary<PointId, string> expected)
    {
        try
        {
            var collection = await open();
            var found = await ReadAsync(collection);
            Assert.Equal(expected.OrderBy(point => point.Key), found.OrderBy(point => point.Key));
            foreach (var point in await collection.GetAsync([.. expected.Keys.Take(5)], withVectors: true))
            {
                var nearest = await collection.SearchAsync(new SearchRequest { Vector = point.Vectors!["v"], Limit = 1, Exact = expected.Count > ExactFrom });
                Assert.Equal(point.Id, Assert.Single(nearest).Id);
            }

            return true;
        }
        catch (VectorStoreException)
        {
            return false;
        }
    }

    private static async Task<Dictionary<PointId, string>> ReadAsync(Collection collection)
    {
        var found = new Dictionary<PointId, string>();
        await foreach (var point in collection.ScrollAsync(new ScrollRequest { WithVectors = true }))
            found.Add(point.Id, $"[{string.Join(' ', point.Vectors!["v"])}] {point.Payload}");

        return found;
    }

    private static Task FillAsync(Collection collection, int first, int count) =>
        collection.UpsertAsync([.. Enumerable.Range(first, count).Select(id => new Point(
            (ulong)id, new float[] { id, count, id * 3 % 17, 1 }, id % 3 == 0 ? null : Payload.FromJson($$"""{"id":{{id}},"of":{{count}}}""")))]);

    private static CollectionConfig Config() => new()
    {
        Vectors = new Dictionary<string, VectorConfig>
        {
            ["v"] = new(4, Metric.Euclidean) { Hnsw = new HnswConfig { M = 4, EfConstruction = 8, FullScanThreshold = 6 } },
        },
    };

    private static DatabaseOptions Options(SimulatedFileSystem disk) => new()
    {
        FileSystem = disk,
        BallastBytes = 0,
        IndexThreads = 1,
        RecallSampling = 0,
        RunsSnapshotSchedules = false,
        ScrubPassTime = Timeout.InfiniteTimeSpan,
        WalFileBytes = 6 * 1024,
        WalIdleWatermark = Timeout.InfiniteTimeSpan,
    };
}
