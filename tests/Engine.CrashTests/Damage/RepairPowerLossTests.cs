using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.Damage;

/// <summary>The power goes at calls of a repair. Afterwards the collection is red as before, or repaired; repeating the repair gives what an undisturbed one gives; and the damaged file is never gone.</summary>
/// <remarks>At every call of it with <c>VECTORSTORE_SEEDS=100000</c>.</remarks>
public sealed class RepairPowerLossTests
{
    private const int UsualCrashes = 12;
    private const string Name = "points";

    [Theory]
    [InlineData("/00000001/vectors-00.seg", 5_000)]
    [InlineData("/00000001/codes-00.seg", 100)]
    [InlineData("/00000001/deletes-00000003.seg", 20)]
    [InlineData(".wal", 4_200)]
    [InlineData("/CURRENT", 3)]
    public async Task PowerLoss_DuringARepair_LeavesTheDamagedCollectionOrTheRepairedOne(string ending, int position)
    {
        var damaged = await DamagedAsync(ending, position);
        byte[] evidence = damaged.LiveBytes(FileOf(damaged, ending));
        var undisturbed = damaged.Crash(0);
        int before = undisturbed.MutatingCalls;
        await RepairAsync(undisturbed);
        int calls = undisturbed.MutatingCalls - before;
        var expected = await ReadAsync(undisturbed);

        int crashes = Math.Min(calls, Math.Max(UsualCrashes, Seeds.Count(UsualCrashes) / 80));
        for (int crash = 0; crash < crashes; crash++)
        {
            int call = 1 + (int)((long)crash * calls / crashes);
            string when = $"{ending}, crash at call {call} of {calls}";
            var disk = damaged.Crash(0);
            disk.CrashAtCall(disk.MutatingCalls + call);
            try
            {
                await RepairAsync(disk);
            }
            catch (Exception problem) when (disk.HasCrashed)
            {
                Assert.NotNull(problem);
            }

            disk = disk.Crash(call);
            AssertKept(disk, evidence, when);
            await using (var database = await VectorDatabase.OpenAsync("/data", Options(disk)))
            {
                var info = Assert.Single(database.ListCollections());
                if (info.Health != CollectionHealth.Red)
                    Assert.True(expected.SetEquals(await ReadAsync(database)), $"{when}: open, and not what an undisturbed repair gives");
            }

            AssertKept(disk, evidence, $"{when}, opened");
            var report = Assert.Single(await RepairAsync(disk));
            Assert.True(report.State is RepairState.Repaired or RepairState.Sound, $"{when}, repaired again: {report.State}, {report.Problem}");
            Assert.True(expected.SetEquals(await ReadAsync(disk)), $"{when}, repaired again");
            AssertKept(disk, evidence, $"{when}, repaired again");

            // What is left over is bounded: one collection, nothing unfinished.
            Assert.Single(disk.ListDirectories("/data/collections"));
            Assert.DoesNotContain(disk.AllFiles(), file => file.Contains("/.", StringComparison.Ordinal));
        }
    }

    private static void AssertKept(SimulatedFileSystem disk, byte[] evidence, string when) =>
        Assert.True(disk.AllFiles().Any(file => disk.LiveBytes(file).AsSpan().SequenceEqual(evidence)), $"{when}: the damaged file is gone");

    private static async Task<SimulatedFileSystem> DamagedAsync(string ending, int position)
    {
        var disk = new SimulatedFileSystem(1);
        await using (var database = await VectorDatabase.OpenAsync("/data", Options(disk)))
        {
            var collection = await database.CreateCollectionAsync(Name, CollectionConfig.WithVector("v", 8, Metric.Euclidean) with
            {
                Vectors = new Dictionary<string, VectorConfig> { ["v"] = new(8, Metric.Euclidean) { Hnsw = new HnswConfig { FullScanThreshold = 50 } } },
            });
            await collection.UpsertAsync(Rows(0, 200));
            await collection.SealAsync();
            await collection.DeleteAsync([1UL, 2UL]);
            await collection.UpsertAsync(Rows(200, 230));
            await collection.SealAsync();
            for (int id = 230; id < 240; id++)
                await collection.UpsertAsync(Rows(id, id + 1));
        }

        disk = disk.Crash(0);
        disk.FlipBits(FileOf(disk, ending), position, 1);
        return disk;
    }

    private static List<Point> Rows(int from, int to) =>
        [.. Enumerable.Range(from, to - from).Select(id => new Point((ulong)id, VectorOf(id), Payload.FromJson($$"""{"id":{{id}}}""")))];

    private static float[] VectorOf(int id)
    {
        var random = new Random(id);
        return [.. Enumerable.Range(0, 8).Select(_ => (float)random.NextDouble())];
    }

    private static string FileOf(SimulatedFileSystem disk, string ending) =>
        disk.AllFiles().Last(file => file.StartsWith($"/data/collections/{Name}~", StringComparison.Ordinal) && file.EndsWith(ending, StringComparison.Ordinal));

    private static DatabaseOptions Options(SimulatedFileSystem disk) =>
        new() { FileSystem = disk, IndexThreads = 1, PayloadStore = PayloadStoreKind.Memory, WalFileBytes = 16 * 1024, WalIdleWatermark = Timeout.InfiniteTimeSpan };

    private static Task<IReadOnlyList<RepairReport>> RepairAsync(SimulatedFileSystem disk) => VectorDatabase.RepairAsync("/data", acceptLoss: true, options: Options(disk));

    private static async Task<HashSet<string>> ReadAsync(SimulatedFileSystem disk)
    {
        await using var database = await VectorDatabase.OpenAsync("/data", Options(disk));
        return await ReadAsync(database);
    }

    private static async Task<HashSet<string>> ReadAsync(VectorDatabase database)
    {
        var points = new HashSet<string>();
        await foreach (var point in database.GetCollection(Name).ScrollAsync(new ScrollRequest { WithVectors = true }))
            points.Add($"{point.Id} {string.Join(' ', point.Vectors!["v"])} {point.Payload}");

        return points;
    }
}
