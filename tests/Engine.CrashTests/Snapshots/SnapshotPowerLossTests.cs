using VectorStore.Engine.Simulation;
using VectorStore.Engine.Snapshots;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.CrashTests.Snapshots;

/// <summary>Pulls the plug while snapshots are made, deleted, imported and restored over their collection.</summary>
public sealed class SnapshotPowerLossTests
{
    private const int Steps = 16;
    private const int UsualSeeds = 100;

    [Fact]
    public async Task PowerLoss_AtARandomCallAroundSnapshots_LeavesEachWholeOrAbsent_AndTheOldCollectionOrTheNew()
    {
        // One of these takes as long as two of the collection's own.
        int asked = Seeds.Count(UsualSeeds);
        int count = Math.Max(Math.Min(asked, UsualSeeds), asked / 2);
        for (int seed = Seeds.First; seed < Seeds.First + count; seed++)
            await RunSeedAsync(seed, _ => { });
    }

    [Fact]
    public async Task PowerLoss_AtEveryCallOfOneWorkload_LeavesEachWholeOrAbsent_AndTheOldCollectionOrTheNew()
    {
        const int WorkloadSeed = 3;
        int calls = await CountCallsAsync(WorkloadSeed);
        for (int call = 1; call <= calls; call++)
            await CrashAtAsync(WorkloadSeed, call, fate: call, _ => { });
    }

    /// <summary>The next process builds on what the killed one wrote but did not sync; then the power goes as well.</summary>
    [Fact]
    public async Task PowerLoss_AfterAKillAndARestart_LosesNoSnapshotAndNoCollection()
    {
        for (int seed = Seeds.First; seed < Seeds.First + Math.Max(Math.Min(30, Seeds.Count(UsualSeeds)), Seeds.Count(UsualSeeds) / 8); seed++)
        {
            int calls = await CountCallsAsync(seed);
            var random = new Random(seed);
            var workload = new SnapshotWorkload(seed, PayloadsOf(seed));
            var disk = new SimulatedFileSystem(seed);
            disk.CrashAtCall(random.Next(1, calls + 1));
            await workload.RunAsync(disk, Steps);
            disk = disk.KillProcess(seed);
            disk.CrashAtCall(random.Next(1, 40));
            await workload.RunAsync(disk, steps: 0);
            await workload.CheckAsync(disk.Crash(seed), $"seed {seed}, killed, restarted, power lost");
        }
    }

    /// <summary>The suite itself is tested: each of these bugs must be found within a number of seeds that continuous integration runs anyway.</summary>
    [Theory]
    [InlineData("no sync of the snapshot's log")]
    [InlineData("no sync of the snapshot's manifest")]
    [InlineData("no sync of the descriptor")]
    [InlineData("no sync of the snapshot's directories")]
    [InlineData("no sync of the directory of snapshots")]
    [InlineData("renamed before anything is synced")]
    [InlineData("no sync of the directory of collections")]
    public async Task PlantedBug_IsFound(string bug)
    {
        const int SeedsMax = 2_000;
        for (int seed = 1; seed <= SeedsMax; seed++)
        {
            try
            {
                await RunSeedAsync(seed, disk => Plant(disk, bug));
            }
            catch (Xunit.Sdk.XunitException)
            {
                return;
            }
        }

        Assert.Fail($"'{bug}' went unnoticed for {SeedsMax} seeds");
    }

    /// <summary>A snapshot whose log ends one record early, with every sync done and hashes that fit.</summary>
    [Fact]
    public async Task PlantedBug_MissingLogTail_IsFound()
    {
        var disk = new SimulatedFileSystem(1);
        var workload = new SnapshotWorkload(2, PayloadStoreKind.Memory);
        for (int round = 0; disk.AllFiles().All(path => !path.EndsWith("/SNAPSHOT", StringComparison.Ordinal)); round++)
        {
            Assert.True(round < 20, "the workload makes no snapshot");
            await workload.RunAsync(disk, Steps);
        }

        await workload.CheckAsync(disk, "before the bug");
        Assert.True(disk.AllFiles().Any(ShortenLog), "no snapshot has records in its log");
        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => workload.CheckAsync(disk, "with the bug"));

        bool ShortenLog(string path)
        {
            if (!path.Contains("/snapshots/", StringComparison.Ordinal) || !path.EndsWith(".wal", StringComparison.Ordinal))
                return false;

            WalFileHeader header;
            ulong lastLsn;
            using (var file = disk.OpenFile(path, FileAccessMode.Read))
            {
                header = WalReader.ReadHeader(file);
                using var reader = new WalReader(file, header);
                while (reader.TryRead(out _, out _))
                {
                    // To the end.
                }

                lastLsn = reader.NextLsn - 1;
            }

            if (lastLsn < header.FirstLsn)
                return false;

            string directory = path[..path.LastIndexOf('/')];
            WalCopy.Copy(disk, directory, header.CollectionId, $"{directory}-short", header.CollectionId, header.FirstLsn - 1, lastLsn - 1, CancellationToken.None);
            disk.DeleteDirectory(directory);
            disk.Rename($"{directory}-short", directory);
            string snapshot = FileSystemExtensions.Parent(directory);
            var descriptor = SnapshotDescriptorFile.Read(disk, snapshot);
            disk.DeleteFile($"{snapshot}/SNAPSHOT");
            SnapshotWriter.Complete(disk, snapshot, descriptor, [], new SnapshotHashes(), CancellationToken.None);
            return true;
        }
    }

    private static void Plant(SimulatedFileSystem disk, string bug)
    {
        switch (bug)
        {
            case "no sync of the snapshot's log":
                disk.IgnoreFileSync(path => IsUnfinished(path) && path.EndsWith(".wal", StringComparison.Ordinal));
                break;
            case "no sync of the snapshot's manifest":
                disk.IgnoreFileSync(path => IsUnfinished(path) && path.Contains("/MANIFEST-", StringComparison.Ordinal));
                break;
            case "no sync of the descriptor":
                disk.IgnoreFileSync(path => IsUnfinished(path) && path.EndsWith("/SNAPSHOT", StringComparison.Ordinal));
                break;
            case "no sync of the snapshot's directories":
                disk.IgnoreDirectorySync(IsUnfinished);
                break;
            case "no sync of the directory of snapshots":
                disk.IgnoreDirectorySync(path => path.EndsWith($"/snapshots/{SnapshotWorkload.Name}", StringComparison.Ordinal));
                break;
            case "renamed before anything is synced":
                disk.IgnoreFileSync(IsUnfinished);
                disk.IgnoreDirectorySync(IsUnfinished);
                break;
            case "no sync of the directory of collections":
                disk.IgnoreDirectorySync(path => path.EndsWith("/collections", StringComparison.Ordinal));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(bug), bug, "unknown bug");
        }
    }

    private static bool IsUnfinished(string path) => path.Contains($"/snapshots/{SnapshotWorkload.Name}/.", StringComparison.Ordinal);

    // Every eighth seed serves payloads from FASTER on the same disk.
    private static PayloadStoreKind PayloadsOf(int seed) => seed % 8 == 0 ? PayloadStoreKind.Faster : PayloadStoreKind.Memory;

    private static async Task RunSeedAsync(int seed, Action<SimulatedFileSystem> plant)
    {
        int calls = await CountCallsAsync(seed);
        await CrashAtAsync(seed, new Random(seed).Next(1, calls + 1), fate: seed, plant);
    }

    private static async Task<int> CountCallsAsync(int seed)
    {
        var disk = new SimulatedFileSystem(seed);
        await new SnapshotWorkload(seed, PayloadsOf(seed)).RunAsync(disk, Steps);
        return disk.MutatingCalls;
    }

    private static async Task CrashAtAsync(int seed, int call, int fate, Action<SimulatedFileSystem> plant)
    {
        string when = $"seed {seed}, crash at call {call}, fate {fate}";
        var workload = new SnapshotWorkload(seed, PayloadsOf(seed));
        var disk = new SimulatedFileSystem(seed);
        plant(disk);
        disk.CrashAtCall(call);
        await workload.RunAsync(disk, Steps);

        disk = disk.Crash(fate);
        plant(disk);
        await workload.CheckAsync(disk, when);

        // The recovered database must take writes and snapshots, and keep them through another crash.
        disk.CrashAtCall(disk.MutatingCalls + 1 + (call % 40));
        await workload.RunAsync(disk, steps: 4);
        await workload.CheckAsync(disk.Crash(fate + 1), $"{when}, and once more");
    }
}
