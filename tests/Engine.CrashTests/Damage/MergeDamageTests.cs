using VectorStore.Engine.CrashTests.Planting;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.Damage;

/// <summary>Mapped originals are damaged while the collection serves, and merged before anybody has found it: the merge names the damage, or what it makes is exactly what was stored.</summary>
public sealed class MergeDamageTests : IAsyncLifetime
{
    private const string Name = "points";
    private const int Dimension = 24;
    private const int Step = 197;

    private readonly SimulatedFileSystem _sound = new(1);
    private Dictionary<PointId, string> _points = [];

    public async Task InitializeAsync()
    {
        await using var database = await OpenAsync(_sound);
        var collection = await database.CreateCollectionAsync(Name, Config());
        for (int segment = 0; segment < 2; segment++)
        {
            await collection.UpsertAsync([.. Enumerable.Range(segment * 60, 60).Select(id => new Point((ulong)id, Vector(id)))]);
            await collection.SealAsync();
        }

        await collection.DeleteAsync([3UL, 70UL]);
        _points = await ReadAsync(collection);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Merge_OfDamagedOriginals_NamesTheDamage_OrIsExact()
    {
        int refused = 0;
        foreach (var (path, offset) in Bytes())
            refused += await RunAsync(path, offset, disk => disk) ? 1 : 0;

        Assert.True(refused > 0, "nothing was refused");
    }

    [Fact]
    public async Task PlantedBug_CopyThatComparesNoChecksums_IsFound()
    {
        foreach (var (path, offset) in Bytes())
        {
            if (await Record.ExceptionAsync(() => RunAsync(path, offset, disk => new CopiedUnchecked(disk))) is Xunit.Sdk.XunitException)
                return;
        }

        Assert.Fail("it went unnoticed");
    }

    private IEnumerable<(string Path, int Offset)> Bytes() =>
        from path in _sound.AllFiles().Where(path => path.Contains("/vectors-", StringComparison.Ordinal))
        from offset in Enumerable.Range(0, _sound.LiveBytes(path).Length).Where(offset => offset % Step == 0)
        select (path, offset);

    /// <summary>Whether the merge was refused; throws where damage became a part of what is served.</summary>
    private async Task<bool> RunAsync(string path, int offset, Func<SimulatedFileSystem, IFileSystem> seam)
    {
        var disk = _sound.KillProcess(1);
        bool isRefused = false;
        await using (var database = await OpenAsync(seam(disk)))
        {
            var collection = database.GetCollection(Name);
            disk.FlipBits(path, offset, 1);
            try
            {
                await collection.OptimizeAsync();
            }
            catch (CorruptDataException damage)
            {
                isRefused = true;
                Assert.Equal(path, damage.File);
                Assert.Equal(CollectionHealth.Red, collection.GetInfo().Health);
            }

            Assert.Equal(_points, await ReadAsync(collection));
        }

        await using var again = await OpenAsync(disk.KillProcess(2));
        if (again.ListCollections().Single() is { Health: CollectionHealth.Red } red)
            Assert.Equal((true, path), (isRefused, red.Damage!.File));
        else
            Assert.Equal(_points, await ReadAsync(again.GetCollection(Name)));

        return isRefused;
    }

    private static Task<VectorDatabase> OpenAsync(IFileSystem disk) => VectorDatabase.OpenAsync("/data", new DatabaseOptions
    {
        FileSystem = disk,
        IndexThreads = 1,
        RecallSampling = 0,
        PayloadStore = PayloadStoreKind.Memory,
        WalIdleWatermark = Timeout.InfiniteTimeSpan,
    });

    private static CollectionConfig Config() => new()
    {
        Vectors = new Dictionary<string, VectorConfig>
        {
            ["v"] = new(Dimension, Metric.Euclidean)
            {
                Hnsw = new HnswConfig { M = 4, EfConstruction = 8, FullScanThreshold = 10 },
                Placement = new PlacementConfig { Originals = Placement.Disk, Codes = Placement.Disk, Graph = Placement.Disk },
            },
        },
    };

    private static float[] Vector(int id) => [.. Enumerable.Range(0, Dimension).Select(index => (float)(((id + 1) * (index + 3) * 7919 % 1009) + id))];

    private static async Task<Dictionary<PointId, string>> ReadAsync(Collection collection)
    {
        var found = new Dictionary<PointId, string>();
        await foreach (var point in collection.ScrollAsync(new ScrollRequest { WithVectors = true }))
            found.Add(point.Id, string.Join(' ', point.Vectors!["v"]));

        return found;
    }
}
