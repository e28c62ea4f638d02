using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.Workloads;

/// <summary>A life, or the recovery of a process that was killed in one, in which something is refused: what it begins with, and what must hold afterwards.</summary>
internal static class TroubledLife
{
    /// <summary>Of a whole life.</summary>
    public const int Steps = 14;

    /// <summary>Of one that goes on.</summary>
    public const int StepsAfter = 4;

    /// <summary>The disk that it begins with.</summary>
    /// <param name="workload">The life; it lives until the process is killed, where it is.</param>
    /// <param name="seed">Of the life.</param>
    /// <param name="killedAt">The mutating call in which the process was killed; null where there is none before this one.</param>
    public static async Task<SimulatedFileSystem> BeginAsync(LifeWorkload workload, int seed, int? killedAt)
    {
        var disk = new SimulatedFileSystem(seed);
        if (killedAt is null)
            return disk;

        disk.CrashAtCall(killedAt.Value);
        await workload.RunAsync(disk, Steps);
        return disk.KillProcess(seed);
    }

    /// <summary>How many steps it takes.</summary>
    public static int StepsOf(int? killedAt) => killedAt is null ? Steps : StepsAfter;

    /// <summary>Throws where the next process, or what is left when the machine loses its power, lacks anything, or takes no writes.</summary>
    /// <param name="workload">The life.</param>
    /// <param name="disk">As it was left; nothing is refused any more.</param>
    /// <param name="number">Of the case, which decides about the order and what becomes of unsynced bytes.</param>
    public static async Task CheckAfterwardsAsync(LifeWorkload workload, SimulatedFileSystem disk, int number)
    {
        // Every other time the next process goes on where the troubled one left off, and only then the power goes.
        if (number % 2 == 0)
        {
            await workload.CheckAsync(disk.KillProcess(number), "process restarted", adopt: false);
            disk = disk.Crash(number);
            await workload.CheckAsync(disk, "machine restarted");
        }
        else
        {
            disk = disk.KillProcess(number);
            await workload.CheckAsync(disk, "process restarted");
        }

        Assert.False(await workload.RunAsync(disk, StepsAfter));
        await workload.CheckAsync(disk.Crash(number + 1), "written to again, machine restarted");
    }
}
