using VectorStore.Engine.CrashTests.Planting;
using VectorStore.Engine.CrashTests.PowerLoss;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.Damage;

/// <summary>The power goes at each call of a repair of the file VECTORSTORE. Afterwards the data directory is refused as before, or open with everything in it; and what the damaged file said is never gone.</summary>
public sealed class FormatPowerLossTests
{
    private const string Format = "/data/VECTORSTORE";
    private const int Points = 20;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PowerLoss_WhileTheFormatIsWrittenAnew_LeavesTheDamagedFileOrASoundOne(bool isMissing) => Assert.Empty(await Scene(isMissing).RunAsync());

    [Theory]
    [InlineData(SeamBugs.FormatNotSynced)]
    [InlineData(SeamBugs.KeptFormatNotSynced)]
    public async Task PlantedBug_IsFound(string bug) => Assert.NotEmpty(await Scene(isMissing: false).RunAsync(SeamBugs.OfRepair.Single(candidate => candidate.Name == bug)));

    private static PowerLossScene Scene(bool isMissing)
    {
        byte[]? damaged = null;
        return new PowerLossScene(
            isMissing ? "VECTORSTORE was missing" : "VECTORSTORE was damaged",
            async () =>
            {
                var disk = new SimulatedFileSystem(1);
                await using (var database = await VectorDatabase.OpenAsync("/data", Options(disk)))
                {
                    var collection = await database.CreateCollectionAsync("points", CollectionConfig.WithVector("v", 4, Metric.Euclidean));
                    await collection.UpsertAsync([.. Enumerable.Range(0, Points).Select(id => new Point((ulong)id, new float[4]))]);
                }

                if (isMissing)
                {
                    disk.DeleteFile(Format);
                    disk.SyncDirectory("/data");
                    return disk;
                }

                disk.FlipBits(Format, 3, 0x10);
                damaged = disk.LiveBytes(Format);
                return disk;
            },
            async (disk, answer) =>
            {
                Assert.Contains(await RepairAsync(disk), report => report.State == RepairState.Repaired);
                answer();
            },
            async (disk, isAnswered, _) =>
            {
                AssertKept(disk);
                try
                {
                    await AssertServesAsync(disk);
                }
                catch (CorruptDataException refused) when (refused.File == Format && !isAnswered)
                {
                    Assert.True(damaged is null ? !disk.FileExists(Format) : disk.LiveBytes(Format).SequenceEqual(damaged), $"neither the damaged file nor a sound one: {refused.Message}");
                }

                Assert.All(await RepairAsync(disk), report => Assert.True(report.State is RepairState.Repaired or RepairState.Sound, $"repaired again: {report.State}, {report.Problem}"));
                await AssertServesAsync(disk);
                AssertKept(disk);
                Assert.DoesNotContain(disk.AllFiles(), file => file.Contains("/.", StringComparison.Ordinal) || file.EndsWith(".tmp", StringComparison.Ordinal));
            });

        void AssertKept(SimulatedFileSystem disk) =>
            Assert.True(damaged is null || disk.AllFiles().Any(file => disk.LiveBytes(file).AsSpan().SequenceEqual(damaged)), "what the damaged file said is gone");
    }

    private static async Task AssertServesAsync(SimulatedFileSystem disk)
    {
        await using var database = await VectorDatabase.OpenAsync("/data", Options(disk));
        Assert.Equal(Points, await database.GetCollection("points").CountAsync());
    }

    private static Task<IReadOnlyList<RepairReport>> RepairAsync(IFileSystem disk) => VectorDatabase.RepairAsync("/data", acceptLoss: true, options: Options(disk));

    private static DatabaseOptions Options(IFileSystem disk) => new()
    {
        BallastBytes = 0,
        FileSystem = disk,
        IndexThreads = 1,
        PayloadStore = PayloadStoreKind.Memory,
        ScrubPassTime = Timeout.InfiniteTimeSpan,
        WalFileBytes = 16 * 1024,
        WalIdleWatermark = Timeout.InfiniteTimeSpan,
    };
}
