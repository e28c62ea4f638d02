using VectorStore.Engine.CrashTests.Planting;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.KillPoints;

/// <summary>Names the moments between calls that change something. What a process leaves behind when it is killed is what its calls have done by then, so these are all the states there are; the engine has no trace of it.</summary>
/// <remarks>
/// After each such call, and half way through those that are not done at once. Before a call it is as after the one before, but for an answer that may lie between: so there is a point before each record of the log, with which nearly
/// everything begins that is answered. A sync changes nothing for who dies without the machine: there is no point at one. docs/decisions/0034-kill-points-lie-at-the-seam.md.
/// </remarks>
internal sealed class KillPointFileSystem(ITestDisk disk, IKillPointWatch watch) : SeamFileSystem(disk), ITestDisk
{
    /// <summary>What an engine is given for a disk.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="watch">Is told of the points.</param>
    /// <param name="bug">Planted between the engine and the points; null for none.</param>
    public static IFileSystem Around(ITestDisk disk, IKillPointWatch watch, PlantedBug? bug)
    {
        var points = new KillPointFileSystem(disk, watch);
        return bug is null ? points : bug.Plant(points);
    }

    public bool HasCrashed => disk.HasCrashed;

    public IReadOnlyList<string> AllFiles() => disk.AllFiles();

    public byte[] LiveBytes(string path) => disk.LiveBytes(path);

    public void Damage(string path, long offset, ReadOnlySpan<byte> bytes) => disk.Damage(path, offset, bytes);

    public override void CreateDirectory(string path)
    {
        // Most are there: opening makes sure of them.
        bool isThere = disk.DirectoryExists(path);
        base.CreateDirectory(path);
        if (!isThere)
            Pass(path, "create.after");
    }

    public override void DeleteFile(string path)
    {
        base.DeleteFile(path);
        Pass(path, "remove.after");
    }

    public override void DeleteDirectory(string path)
    {
        if (Strikes(path, "remove.half"))
        {
            var files = FilesBelow(path);
            files.Take((files.Count + 1) / 2).ToList().ForEach(base.DeleteFile);
            watch.Die();
        }

        base.DeleteDirectory(path);
        Pass(path, "remove.after");
    }

    public override void Rename(string source, string target)
    {
        Pass(target, "rename.before");
        base.Rename(source, target);
        Pass(target, "rename.after");
    }

    public override void Link(string source, string target)
    {
        base.Link(source, target);
        Pass(target, "link.after");
    }

    public override void Write(IFile file, ReadOnlySpan<byte> buffer, long offset)
    {
        if (LogPaths.IsLog(file.Path))
            Pass(file.Path, "write.before");

        if (buffer.Length > 1 && Strikes(file.Path, "write.half"))
        {
            base.Write(file, buffer[..(buffer.Length / 2)], offset);
            watch.Die();
        }

        base.Write(file, buffer, offset);

        // A file that is made aside gets its name next.
        if (!file.Path.EndsWith(".tmp", StringComparison.Ordinal))
            Pass(file.Path, "write.after");
    }

    public override void Preallocate(IFile file, long length)
    {
        base.Preallocate(file, length);
        Pass(file.Path, "reserve.after");
    }

    public override void SetLength(IFile file, long length)
    {
        base.SetLength(file, length);
        Pass(file.Path, "cut.after");
    }

    private void Pass(string path, string moment)
    {
        if (Strikes(path, moment))
            watch.Die();
    }

    private bool Strikes(string path, string moment) => FileNaming.Of(path) is { } word && watch.Strikes($"{word}.{moment}");

    private List<string> FilesBelow(string directory) =>
        [.. disk.ListDirectories(directory).SelectMany(name => FilesBelow($"{directory}/{name}")), .. disk.ListFiles(directory).Select(name => $"{directory}/{name}")];
}
