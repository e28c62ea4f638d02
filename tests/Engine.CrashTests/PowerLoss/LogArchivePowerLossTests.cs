using VectorStore.Engine.CrashTests.Planting;
using VectorStore.Engine.CrashTests.Workloads;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.PowerLoss;

/// <summary>What a data directory remembers of keeping logs, and what it removes of those whose collection is gone, with the power lost at each call of it.</summary>
public sealed class LogArchivePowerLossTests
{
    private const string Archive = "/data/log-archive";
    private const string Name = "points";
    private const int Points = 6;
    private const long Small = 2 << 20;
    private const long Large = 3 << 20;
    private static readonly TimeSpan s_keep = TimeSpan.FromDays(1);

    // Scenes by name, and the bugs that each of them must show.
    private static readonly Dictionary<string, (PowerLossScene Scene, string[] Bugs)> s_scenes = new (PowerLossScene Scene, string[] Bugs)[]
    {
        (Limit("a limit is set", from: null, to: Small), [SeamBugs.LimitNotSynced]),
        (Limit("a limit is changed", from: Small, to: Large), [SeamBugs.LimitNotSynced]),
        (Limit("a limit is taken back", from: Small, to: 0), [SeamBugs.LimitTakenBackNotSynced]),
        (Deleted(), [SeamBugs.GoneNotSynced]),
        (Pruned(), [SeamBugs.PruningNotSynced, SeamBugs.PrunedFromTheBack]),
    }.ToDictionary(entry => entry.Scene.Name);

    public static TheoryData<string> Scenes => [.. s_scenes.Keys];

    public static TheoryData<string, string> Planted
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var (name, (_, bugs)) in s_scenes)
            {
                foreach (string bug in bugs)
                    cases.Add(name, bug);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Scenes))]
    public async Task PowerLoss_AtAnyCall_BreaksNoPromise(string name) => Assert.Empty(await s_scenes[name].Scene.RunAsync());

    [Theory]
    [MemberData(nameof(Planted))]
    public async Task PlantedBug_IsFound(string name, string bug) =>
        Assert.NotEmpty(await s_scenes[name].Scene.RunAsync(SeamBugs.OfLogArchive.Single(candidate => candidate.Name == bug)));

    /// <summary>The limit is the old one or the new one, and the new one once the database was open with it; never a file that says nothing.</summary>
    private static PowerLossScene Limit(string name, long? from, long to)
    {
        long? asked = to == 0 ? null : to;
        return new PowerLossScene(
            name,
            async () =>
            {
                var disk = new SimulatedFileSystem(1);
                await (await OpenAsync(disk, keep: s_keep, limit: from)).DisposeAsync();
                return disk;
            },
            async (disk, answer) =>
            {
                var database = await OpenAsync(disk, limit: to);
                answer();
                await database.DisposeAsync();
            },
            async (disk, isAnswered, _) =>
            {
                var said = new List<string>();
                await using var database = await OpenAsync(disk, log: said.Add);
                long? found = database.GetLogArchive().BytesMax;
                Assert.True(found == asked || (found == from && !isAnswered), $"the limit is {found}, not {asked}{(isAnswered ? "" : $" or {from}")}");
                Assert.DoesNotContain(said, line => line.Contains("damaged", StringComparison.Ordinal));
            });
    }

    /// <summary>The log of a collection that was deleted stays for the time that logs are kept, counted from then, and no longer: its records do not tell the time.</summary>
    private static PowerLossScene Deleted()
    {
        var clock = new LifeClock();
        var deletedAt = clock.Now;
        return new PowerLossScene(
            "a collection is deleted",
            () =>
            {
                clock.Now = deletedAt;
                return FilledAsync(clock);
            },
            async (disk, answer) =>
            {
                clock.Now = deletedAt;
                await using var database = await OpenAsync(disk, clock, s_keep);
                await database.DeleteCollectionAsync(Name);
                answer();
            },
            async (disk, isAnswered, fate) =>
            {
                bool isOld = fate % 2 == 0;
                clock.Now = deletedAt + s_keep + TimeSpan.FromHours(isOld ? 1 : -1);
                await using var database = await OpenAsync(disk, clock, s_keep);
                if (database.ListCollections().Any(info => info.Name == Name))
                {
                    Assert.False(isAnswered, "the collection is there after its deletion was answered");
                    return;
                }

                if (isOld)
                    Assert.DoesNotContain(disk.AllFiles(), IsArchived);
                else
                    Assert.Equal(Points, await (await database.RestoreSnapshotToAsync(Name, "base", RestorePoint.Newest)).Collection.CountAsync());
            });
    }

    /// <summary>What is left of a log that is removed has its end, so that nobody takes a part for all; and it goes.</summary>
    private static PowerLossScene Pruned()
    {
        var clock = new LifeClock();
        var prunedAt = clock.Now + s_keep + TimeSpan.FromHours(1);
        List<string> all = [];
        return new PowerLossScene(
            "a log that is gone is removed",
            async () =>
            {
                clock.Now = prunedAt - s_keep - TimeSpan.FromHours(1);
                var disk = await FilledAsync(clock);
                await using (var database = await OpenAsync(disk, clock, s_keep))
                    await database.DeleteCollectionAsync(Name);

                all = Archived(disk);
                Assert.InRange(all.Count, 3, 10);
                return disk;
            },
            async (disk, answer) =>
            {
                clock.Now = prunedAt;
                var database = await OpenAsync(disk, clock, s_keep);
                answer();
                await database.DisposeAsync();
            },
            async (disk, isAnswered, _) =>
            {
                var left = Archived(disk);
                Assert.True(all.TakeLast(left.Count).SequenceEqual(left), $"of {string.Join(", ", all)} only {string.Join(", ", left)} are left");
                Assert.True(left.Count == 0 || !isAnswered, $"{string.Join(", ", left)} are there after they were removed");
                clock.Now = prunedAt;
                await (await OpenAsync(disk, clock, s_keep)).DisposeAsync();
                Assert.DoesNotContain(disk.AllFiles(), path => path.StartsWith($"{Archive}/", StringComparison.Ordinal) && path.IndexOf('/', Archive.Length + 1) > 0);
            });
    }

    /// <summary>A collection with a snapshot and several files of a log that does not tell the time.</summary>
    private static async Task<SimulatedFileSystem> FilledAsync(LifeClock clock)
    {
        var disk = new SimulatedFileSystem(1);
        await using var database = await OpenAsync(disk, clock);
        var collection = await database.CreateCollectionAsync(Name, CollectionConfig.WithVector("v", 4, Metric.Euclidean));
        await collection.CreateSnapshotAsync("base");
        for (ulong id = 0; id < Points; id++)
            await collection.UpsertAsync([new Point(id, new float[4], Payload.FromJson($$"""{"text":"{{new string('x', 1_500)}}"}"""))]);

        return disk;
    }

    private static bool IsArchived(string path) => path.StartsWith($"{Archive}/", StringComparison.Ordinal) && path.EndsWith(".wal", StringComparison.Ordinal);

    private static List<string> Archived(SimulatedFileSystem disk) => [.. disk.AllFiles().Where(IsArchived).Order(StringComparer.Ordinal)];

    private static Task<VectorDatabase> OpenAsync(IFileSystem disk, LifeClock? clock = null, TimeSpan? keep = null, long? limit = null, Action<string>? log = null) => VectorDatabase.OpenAsync("/data", new DatabaseOptions
    {
        BallastBytes = 0,
        FileSystem = disk,
        IndexThreads = 1,
        Log = log,
        LogArchiveBytesMax = limit,
        LogArchiveTime = keep,
        PayloadStore = PayloadStoreKind.Memory,
        ScrubPassTime = Timeout.InfiniteTimeSpan,
        TimeProvider = clock ?? new LifeClock(),
        WalFileBytes = 6 * 1024,
        WalIdleWatermark = Timeout.InfiniteTimeSpan,
    });
}
