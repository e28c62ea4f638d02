using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.Planting;

/// <summary>A file of a log loses its name, durably, before it has one in the archive.</summary>
internal sealed class GoneBeforeArchived(IFileSystem disk) : SeamFileSystem(disk)
{
    private const string Archive = "/log-archive/";

    private readonly Dictionary<string, string> _held = [];

    public override void Rename(string source, string target)
    {
        if (target.Contains(Archive, StringComparison.Ordinal))
            _held[target] = source;
        else
            base.Rename(source, target);
    }

    public override void SyncDirectory(string path)
    {
        base.SyncDirectory(path);
        if ($"{path}/".Contains(Archive, StringComparison.Ordinal))
            return;

        foreach (var (target, source) in _held)
        {
            Disk.Rename(source, target);
            Disk.SyncDirectory(FileSystemExtensions.Parent(target));
        }

        _held.Clear();
    }
}

/// <summary>What a schedule begins and has made is known until the process ends, and written down nowhere.</summary>
internal sealed class RunsNotNoted(IFileSystem disk) : SeamFileSystem(disk)
{
    private const int BytesMax = 1 << 20;

    public override void Rename(string source, string target)
    {
        if (target.EndsWith("/SCHEDULES", StringComparison.Ordinal) && Disk.ReadAllBytes(source, BytesMax).AsSpan().IndexOf("\"auto-"u8) >= 0)
            Disk.DeleteFile(source);
        else
            base.Rename(source, target);
    }
}

/// <summary>Of an archive its newest file is removed instead of the one that is meant: what is left after a crash lacks its end.</summary>
internal sealed class PrunedFromBehind(IFileSystem disk) : SeamFileSystem(disk)
{
    public override void DeleteFile(string path)
    {
        string directory = FileSystemExtensions.Parent(path);
        bool isArchived = path.Contains("/log-archive/", StringComparison.Ordinal) && path.EndsWith(".wal", StringComparison.Ordinal);
        base.DeleteFile(isArchived ? $"{directory}/{Disk.ListFiles(directory).Where(name => name.EndsWith(".wal", StringComparison.Ordinal)).Max(StringComparer.Ordinal)}" : path);
    }
}
