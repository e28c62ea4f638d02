using System.Globalization;
using VectorStore.Engine.CrashTests.Planting;
using VectorStore.Engine.CrashTests.Processes;
using VectorStore.Engine.CrashTests.Workloads;

namespace VectorStore.Engine.CrashTests.KillPoints;

/// <summary>A life in a process of its own, on a directory of the real disk, with the point at which it ends.</summary>
/// <param name="Directory">The data directory.</param>
/// <param name="Life">Seed of the life.</param>
/// <param name="Steps">How many steps it has; 0 where it only opens what another left.</param>
/// <param name="HasSaidToKeep"><see cref="LifeWorkload.HasSaidToKeep"/>.</param>
/// <param name="Point">Where it is killed.</param>
/// <param name="Passing">At which passing, from 1.</param>
/// <param name="Bug">Name of the bug that is planted; empty for none.</param>
internal sealed record KilledLife(string Directory, int Life, int Steps, bool HasSaidToKeep, string Point, int Passing, string Bug)
{
    /// <summary>The command of this program that is the killed process.</summary>
    public const string Command = "killed-life";

    private const string Assembly = "VectorStore.Engine.CrashTests.dll";

    /// <summary>Starts the process.</summary>
    public ChildProcess Start() => ChildProcess.StartBuilt(Assembly, Command, Directory, $"{Life}", $"{Steps}", $"{HasSaidToKeep}", Point, $"{Passing}", Bug);

    public static KilledLife Parse(ReadOnlySpan<string> args) =>
        new(args[0], Number(args[1]), Number(args[2]), bool.Parse(args[3]), args[4], Number(args[5]), args[6]);

    /// <summary>Is the process. Returns only where the point was not passed so often.</summary>
    public async Task RunAsync()
    {
        var bug = Bug.Length == 0 ? null : SeamBugs.All.Single(candidate => candidate.Name == Bug);
        using var output = Console.OpenStandardOutput();
        var killer = new PointKiller(Point, Passing, output);
        var life = new LifeWorkload(Life)
        {
            Seam = disk => KillPointFileSystem.Around(disk, killer, bug),
            Listener = killer,
            HasSaidToKeep = HasSaidToKeep,
        };
        await life.RunAsync(new MountedDisk(Directory), Steps);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
