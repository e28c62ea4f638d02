using VectorStore.Engine.CrashTests.Planting;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.Damage;

/// <summary>
/// A small database on the simulated disk with every kind of file: log files, manifests, two sealed segments with vectors, codes, graph and dead rows, a FASTER payload store and a snapshot. It is damaged
/// in a numbered way, opened and read: everything served must be what was stored, or an error of ours says why not.
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
    private const int SmallFileBytes = 16 * 1024;
    private const int OrderSeed = 20;

    private readonly SimulatedFileSystem _disk;
    private readonly IReadOnlyList<string> _files;
    private readonly (string Path, int Offset)[] _bytes;
    private readonly Dictionary<PointId, string> _points;
    private readonly Dictionary<PointId, string> _snapshot;

    private SmallDatabase(SimulatedFileSystem disk, Dictionary<PointId, string> points, Dictionary<PointId, string> snapshot)
    {
        _disk = disk;
        _points = points;
        _snapshot = snapshot;
        _files = [.. disk.AllFiles().Where(path => disk.LiveBytes(path).Length > 0)];
        _bytes =
        [
            .. _files.Select(path => (Path: path, disk.LiveBytes(path).Length))
                .Where(file => file.Length <= SmallFileBytes)
                .SelectMany(file => Enumerable.Range(0, file.Length).Select(offset => (file.Path, offset))),
        ];
        new Random(OrderSeed).Shuffle(_bytes);
    }

    /// <summary>Bytes of which one bit each is flipped.</summary>
    public int ExhaustiveCount => _bytes.Length;

    /// <summary>All files, for whoever wants to know that no kind is missing.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>The file that a damage is done to.</summary>
    public string PathOf(int number) => DamageOf(number).Path;

    public static string Replay(int number) => $"tests/bitflips.sh --count 1 --first {number}";

    public static async Task<SmallDatabase> CreateAsync()
    {
        var disk = new SimulatedFileSystem(1);
        Dictionary<PointId, string> snapshot;
        Dictionary<PointId, string> points;
        await using (var database = await VectorDatabase.OpenAsync("/data", Options(disk)))
        {
            var collection = await database.CreateCollectionAsync(Name, Config());
            await FillAsync(collection, 0, 30);
            await collection.SealAsync();
            await FillAsync(collection, 20, 20);
            await collection.DeleteAsync([3UL, 5UL, 25UL]);
            await collection.SealAsync();
            await FillAsync(collection, 45, 2);
            await collection.CreateSnapshotAsync(SnapshotName);
            snapshot = await ReadAsync(collection);

            // Stays in the log: closing seals only what has a graph.
            await FillAsync(collection, 8, 3);
            await collection.DeleteAsync([1UL, 9UL]);
            points = await ReadAsync(collection);
            var other = await database.CreateCollectionAsync(Other, Config());
            await FillAsync(other, 100, 2);
        }

        return new SmallDatabase(disk.KillProcess(1), points, snapshot);
    }

    /// <summary>Does one damage to a copy and reads what is left; throws where something wrong was served.</summary>
    /// <param name="number">Which damage.</param>
    /// <param name="bug">A bug to plant behind it.</param>
    public async Task<DamageOutcome> RunAsync(int number, PlantedBug? bug = null)
    {
        var damage = DamageOf(number);
        var disk = Copy();
        damage.Apply(disk);
        bug?.Plant(disk);
        try
        {
            return await CheckAsync(disk, damage, UsesFaster(number, damage));
        }
        catch (Exception problem) when (problem is not VectorStoreException)
        {
            throw new InvalidOperationException($"{damage}: {problem.GetType().Name}: {problem.Message}", problem);
        }
    }

    private SimulatedFileSystem Copy()
    {
        lock (_files)
            return _disk.KillProcess(1);
    }

    private SmallDamage DamageOf(int number)
    {
        var random = new Random(number);
        int index = number - 1 - (number / 4);
        return number % 4 != 0 && index < _bytes.Length
            ? SmallDamage.Flip(_bytes[index].Path, _bytes[index].Offset, random.Next(8))
            : SmallDamage.Draw(random, _disk, _files);
    }

    // Where its files are sound the payload store is opened now and then only: that takes longer than all the rest.
    private static bool UsesFaster(int number, SmallDamage damage) => number % 16 == 0 || damage.Path.Contains("/payloads/", StringComparison.Ordinal);

    private async Task<DamageOutcome> CheckAsync(SimulatedFileSystem disk, SmallDamage damage, bool usesFaster)
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
            if (!damage.Path.Contains($"/{Other}~", StringComparison.Ordinal))
                Assert.Equal(2, await database.GetCollection(Other).CountAsync());

            var outcome = DamageOutcome.Harmless;
            if (!await IsServedAsync(() => Task.FromResult(database.GetCollection(Name)), _points))
                outcome = DamageOutcome.CollectionRefused;

            // The two share no byte but those of linked segments, and these are read here too.
            bool mayHitSnapshot = damage.Path.Contains("/snapshots/", StringComparison.Ordinal) || damage.Path.EndsWith(".seg", StringComparison.Ordinal);
            if (mayHitSnapshot && !await IsServedAsync(() => database.RestoreSnapshotAsync(Name, SnapshotName, "copy"), _snapshot) && outcome == DamageOutcome.Harmless)
                outcome = DamageOutcome.SnapshotRefused;

            return outcome;
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
                var nearest = await collection.SearchAsync(new SearchRequest { Vector = point.Vectors!["v"], Limit = 1 });
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
        IndexThreads = 1,
        RecallSampling = 0,
        WalFileBytes = 6 * 1024,
        WalIdleWatermark = Timeout.InfiniteTimeSpan,
    };
}
