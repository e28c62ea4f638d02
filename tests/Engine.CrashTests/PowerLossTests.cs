using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests;

/// <summary>Pulls the plug on the simulated disk; what was not synced is dropped, torn and reordered, names of files included.</summary>
public sealed class PowerLossTests
{
    private const int Steps = 14;
    private const int UsualSeeds = 150;

    [Fact]
    public async Task PowerLoss_AtARandomCallOfARandomWorkload_LosesNothingAcknowledgedAndInventsNothing()
    {
        for (int seed = Seeds.First; seed < Seeds.First + Seeds.Count(UsualSeeds); seed++)
            await RunSeedAsync(seed, _ => { });
    }

    [Fact]
    public async Task PowerLoss_AtEveryCallOfOneWorkload_LosesNothingAcknowledgedAndInventsNothing()
    {
        const int WorkloadSeed = 7;
        int calls = await CountCallsAsync(WorkloadSeed, PayloadStoreKind.Memory);
        for (int call = 1; call <= calls; call++)
        {
            for (int fate = 0; fate < 3; fate++)
                await CrashAtAsync(WorkloadSeed, PayloadStoreKind.Memory, call, fate, _ => { });
        }
    }

    [Fact]
    public async Task PowerLoss_DuringRecoveryAgainAndAgain_LosesNothingAndLeavesNoGrowingPile()
    {
        for (int seed = Seeds.First; seed < Seeds.First + Math.Max(10, Seeds.Count(UsualSeeds) / 10); seed++)
        {
            var random = new Random(seed);
            var workload = new CrashWorkload(seed, PayloadStoreKind.Memory);
            var disk = new SimulatedFileSystem(seed);
            disk.CrashAtCall(random.Next(20, 200));
            await workload.RunAsync(disk, Steps);
            for (int round = 0; round < 10; round++)
            {
                disk = disk.Crash();
                disk.CrashAtCall(random.Next(1, 30));
                await workload.RunAsync(disk, steps: 0);
            }

            disk = disk.Crash();
            await workload.CheckAsync(disk, $"seed {seed}, after ten crashes in recovery");
            Assert.True(disk.AllFiles().Count < 60, $"seed {seed}: {disk.AllFiles().Count} files are left: {string.Join(", ", disk.AllFiles())}");
        }
    }

    [Fact]
    public async Task PowerLoss_AfterAKillAndARestart_LosesNothingAcknowledged()
    {
        for (int seed = Seeds.First; seed < Seeds.First + Math.Max(40, Seeds.Count(UsualSeeds) / 4); seed++)
        {
            // The next process builds on what the killed one wrote but did not sync; then the power goes as well.
            int calls = await CountCallsAsync(seed, PayloadsOf(seed));
            var random = new Random(seed);
            var workload = new CrashWorkload(seed, PayloadsOf(seed));
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
    [InlineData("no sync of the log")]
    [InlineData("no sync of segment files")]
    [InlineData("no sync of changed payloads")]
    [InlineData("no sync of the manifest")]
    [InlineData("no sync of the log's directory")]
    [InlineData("no sync of the collection's directory")]
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

    private static void Plant(SimulatedFileSystem disk, string bug)
    {
        switch (bug)
        {
            case "no sync of the log":
                disk.IgnoreFileSync(path => path.EndsWith(".wal", StringComparison.Ordinal));
                break;
            case "no sync of segment files":
                disk.IgnoreFileSync(path => path.EndsWith(".seg", StringComparison.Ordinal));
                break;
            case "no sync of changed payloads":
                disk.IgnoreFileSync(path => path.Contains("/changes-", StringComparison.Ordinal));
                break;
            case "no sync of the manifest":
                disk.IgnoreFileSync(path => path.Contains("/MANIFEST-", StringComparison.Ordinal));
                break;
            case "no sync of the log's directory":
                disk.IgnoreDirectorySync(path => path.EndsWith("/wal", StringComparison.Ordinal));
                break;
            case "no sync of the collection's directory":
                disk.IgnoreDirectorySync(path => path.Contains('~', StringComparison.Ordinal) && !path.EndsWith("/wal", StringComparison.Ordinal));
                break;
            case "no sync of the directory of collections":
                disk.IgnoreDirectorySync(path => path.EndsWith("/collections", StringComparison.Ordinal));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(bug), bug, "unknown bug");
        }
    }

    // Every eighth seed serves payloads from FASTER on the same disk.
    private static PayloadStoreKind PayloadsOf(int seed) => seed % 8 == 0 ? PayloadStoreKind.Faster : PayloadStoreKind.Memory;

    private static async Task RunSeedAsync(int seed, Action<SimulatedFileSystem> plant)
    {
        int calls = await CountCallsAsync(seed, PayloadsOf(seed));
        await CrashAtAsync(seed, PayloadsOf(seed), new Random(seed).Next(1, calls + 1), fate: seed, plant);
    }

    private static async Task<int> CountCallsAsync(int seed, PayloadStoreKind payloads)
    {
        var disk = new SimulatedFileSystem(seed);
        await new CrashWorkload(seed, payloads).RunAsync(disk, Steps);
        return disk.MutatingCalls;
    }

    private static async Task CrashAtAsync(int seed, PayloadStoreKind payloads, int call, int fate, Action<SimulatedFileSystem> plant)
    {
        string when = $"seed {seed}, crash at call {call}, fate {fate}";
        var workload = new CrashWorkload(seed, payloads);
        var disk = new SimulatedFileSystem(seed);
        plant(disk);
        disk.CrashAtCall(call);
        await workload.RunAsync(disk, Steps);

        disk = disk.Crash(fate);
        plant(disk);
        await workload.CheckAsync(disk, when);

        // The recovered database must take writes, and keep them through another crash.
        disk.CrashAtCall(disk.MutatingCalls + 1 + (call % 40));
        await workload.RunAsync(disk, steps: 4);
        disk = disk.Crash(fate + 1);
        await workload.CheckAsync(disk, $"{when}, and once more");
    }
}
