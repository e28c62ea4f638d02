using VectorStore.Engine.Collections;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.Planting;

/// <summary>CURRENT of a collection takes its place only after the log was shortened.</summary>
internal sealed class ShortenedBeforeManifest(IFileSystem disk) : SeamFileSystem(disk)
{
    private readonly Dictionary<string, string> _held = [];

    public override void Rename(string source, string target)
    {
        if (target.EndsWith("/CURRENT", StringComparison.Ordinal) && Disk.FileExists(target))
            _held[target] = source;
        else
            base.Rename(source, target);
    }

    public override void DeleteFile(string path)
    {
        if (!LogPaths.IsLog(path))
            Release();

        base.DeleteFile(path);
    }

    public override IFile CreateFile(string path)
    {
        if (!path.EndsWith(".wal.tmp", StringComparison.Ordinal))
            Release();

        return base.CreateFile(path);
    }

    public override bool FileExists(string path)
    {
        if (!path.EndsWith(".wal.tmp", StringComparison.Ordinal))
            Release();

        return base.FileExists(path);
    }

    public override IReadOnlyList<string> ListFiles(string directory)
    {
        Release();
        return base.ListFiles(directory);
    }

    private void Release()
    {
        foreach (var (target, source) in _held.ToList())
        {
            _held.Remove(target);
            Disk.Rename(source, target);
            Disk.SyncDirectory(FileSystemExtensions.Parent(target));
        }
    }
}

/// <summary>CURRENT is never replaced.</summary>
internal sealed class StaleManifest(IFileSystem disk) : SeamFileSystem(disk)
{
    public override void Rename(string source, string target)
    {
        if (target.EndsWith("/CURRENT", StringComparison.Ordinal) && Disk.FileExists(target))
            Disk.DeleteFile(source);
        else
            base.Rename(source, target);
    }
}

/// <summary>Files of segments are synced only once CURRENT has been replaced.</summary>
internal sealed class ManifestBeforeData(IFileSystem disk) : SeamFileSystem(disk)
{
    private readonly HashSet<string> _late = [];
    private bool _replaced;

    public override void Rename(string source, string target)
    {
        base.Rename(source, target);
        _replaced |= target.EndsWith("/CURRENT", StringComparison.Ordinal);
    }

    public override void SyncData(IFile file)
    {
        if (file.Path.EndsWith(".seg", StringComparison.Ordinal))
            _late.Add(file.Path.Replace(".tmp/", "/", StringComparison.Ordinal));
        else
            base.SyncData(file);
    }

    public override void SyncDirectory(string path)
    {
        base.SyncDirectory(path);
        if (!_replaced)
            return;

        foreach (string late in _late.Where(Disk.FileExists))
        {
            using var file = Disk.OpenFile(late, FileAccessMode.ReadWrite);
            file.SyncData();
        }

        _late.Clear();
        _replaced = false;
    }
}

/// <summary>CURRENT is removed, durably, to make room for the new one.</summary>
internal sealed class RemovedBeforeRename(IFileSystem disk) : SeamFileSystem(disk)
{
    public override void Rename(string source, string target)
    {
        if (target.EndsWith("/CURRENT", StringComparison.Ordinal) && Disk.FileExists(target))
        {
            Disk.DeleteFile(target);
            Disk.SyncDirectory(FileSystemExtensions.Parent(target));
        }

        base.Rename(source, target);
    }
}

/// <summary>CURRENT is not replaced where nothing but the configuration is another: a change of it holds until the process ends, or until the next seal.</summary>
internal sealed class ChangeNotInPlace(IFileSystem disk) : SeamFileSystem(disk)
{
    public override void Rename(string source, string target)
    {
        if (target.EndsWith("/CURRENT", StringComparison.Ordinal) && Disk.FileExists(target) && IsChange(FileSystemExtensions.Parent(target)))
            Disk.DeleteFile(source);
        else
            base.Rename(source, target);
    }

    private bool IsChange(string directory)
    {
        var manifests = new ManifestStore(Disk, directory);
        var before = manifests.Read();
        var after = manifests.Read(manifests.ListNumbers()[^1]);
        return before.Lsn == after.Lsn
            && before.Segments.Select(segment => segment.Number).SequenceEqual(after.Segments.Select(segment => segment.Number))
            && before.Config.Vectors.Any(vector => after.Config.Vectors[vector.Key] != vector.Value);
    }
}
