using VectorStore.Engine.CrashTests.Workloads;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.PowerLoss;

/// <summary>One life that ends with a loss of power or of the process, again while it recovers, and again when it goes on. The seed decides everything.</summary>
internal static class PowerLossRun
{
    private const int Steps = 14;
    private const int StepsAfter = 4;
    private const int RecoveryCrashesMax = 5;

    // A step of the workload, or opening, makes about so many calls.
    private const int CallsPerStep = 40;

    /// <summary>Throws where a promise was broken.</summary>
    /// <param name="seed">Of the workload, of the moments and of what becomes of unsynced bytes and names.</param>
    /// <param name="seam">What the engine gets for a disk; null: the disk.</param>
    public static async Task RunAsync(int seed, Func<ITestDisk, IFileSystem>? seam = null)
    {
        var random = new Random(unchecked(seed * 7919));
        var workload = new LifeWorkload(seed) { Seam = seam ?? (disk => disk) };
        var disk = new SimulatedFileSystem(seed);
        int crashStep = random.Next(-1, Steps);
        int callsToCrash = random.Next(1, CallsPerStep);
        if (crashStep < 0)
            disk.CrashAtCall(callsToCrash);
        await workload.RunAsync(disk, Steps, step =>
        {
            if (step == crashStep)
                disk.CrashAtCall(disk.MutatingCalls + callsToCrash);
        });

        string when = $"power lost at call {disk.MutatingCalls}";
        disk = After(disk, random, ref when);
        for (int round = random.Next(2) == 0 ? 0 : random.Next(1, RecoveryCrashesMax + 1); round > 0; round--)
        {
            disk.CrashAtCall(disk.MutatingCalls + random.Next(1, CallsPerStep));
            await workload.RunAsync(disk, steps: 0);
            when += ", in recovery";
            disk = After(disk, random, ref when);
        }

        await workload.CheckAsync(disk, when);

        // The recovered database must take writes, and keep them through another crash.
        disk.CrashAtCall(disk.MutatingCalls + 1 + random.Next(2 * CallsPerStep));
        await workload.RunAsync(disk, StepsAfter);
        await workload.CheckAsync(disk.Crash(random.Next()), $"{when}, and once more");
    }

    /// <summary>Loses the power at one call of one life.</summary>
    public static async Task RunAtCallAsync(int seed, int call, int fate)
    {
        var workload = new LifeWorkload(seed);
        var disk = new SimulatedFileSystem(seed);
        disk.CrashAtCall(call);
        await workload.RunAsync(disk, Steps);
        await workload.CheckAsync(disk.Crash(fate), $"seed {seed}, power lost at call {call}, fate {fate}");
    }

    /// <summary>How many calls one life makes that change something.</summary>
    public static async Task<int> CountCallsAsync(int seed)
    {
        var disk = new SimulatedFileSystem(seed);
        await new LifeWorkload(seed).RunAsync(disk, Steps);
        return disk.MutatingCalls;
    }

    // The process alone dies now and then: the next one builds on what was written and not synced.
    private static SimulatedFileSystem After(SimulatedFileSystem disk, Random random, ref string when)
    {
        if (random.Next(4) > 0)
            return disk.Crash(random.Next());

        when += " (process killed)";
        return disk.KillProcess(random.Next());
    }
}
