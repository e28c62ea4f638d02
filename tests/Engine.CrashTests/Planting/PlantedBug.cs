using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.Planting;

/// <summary>A bug as somebody might write it, put between the engine and the disk, that a suite must find.</summary>
/// <param name="Name">What is done wrong; listed in docs/reliability.md.</param>
/// <param name="Plant">What the engine gets instead of the disk.</param>
/// <param name="Shown">Which calls have to fail for it to show; null where none has to, or any may.</param>
/// <param name="InRecovery">Whether they have to be calls of a recovery from a killed process.</param>
/// <param name="FirstSeed">Where to begin: a rare one would cost many seconds from the beginning.</param>
/// <param name="ShownIn">How the names of files end that have to be damaged for it to show; null where any may be.</param>
internal sealed record PlantedBug(string Name, Func<ITestDisk, IFileSystem> Plant, FileCallKind? Shown = null, bool InRecovery = false, int FirstSeed = 1, string? ShownIn = null)
{
    public override string ToString() => Name;

    /// <summary>These files are never synced.</summary>
    public static PlantedBug NoSync(string name, Func<string, bool> files, int firstSeed = 1) => new(
        name,
        disk =>
        {
            ((SimulatedFileSystem)disk).IgnoreFileSync(files);
            return disk;
        },
        FirstSeed: firstSeed);

    /// <summary>These directories are never synced.</summary>
    public static PlantedBug NoDirectorySync(string name, Func<string, bool> directories) => new(name, disk =>
    {
        ((SimulatedFileSystem)disk).IgnoreDirectorySync(directories);
        return disk;
    });
}
