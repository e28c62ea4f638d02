using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.Planting;

/// <summary>Opening takes names for durable that a killed process may only have changed: no directory is synced before something is made or written.</summary>
internal sealed class NoSyncWhenOpened(IFileSystem disk) : SeamFileSystem(disk)
{
    private bool _wrote;

    public override void Write(IFile file, ReadOnlySpan<byte> buffer, long offset)
    {
        _wrote |= LogPaths.IsLog(file.Path);
        base.Write(file, buffer, offset);
    }

    public override IFile CreateFile(string path)
    {
        _wrote |= path.Contains('~', StringComparison.Ordinal);
        return base.CreateFile(path);
    }

    public override void CreateDirectory(string path)
    {
        _wrote = true;
        base.CreateDirectory(path);
    }

    public override void SyncDirectory(string path)
    {
        if (_wrote)
            base.SyncDirectory(path);
    }
}

/// <summary>Directories that were being made or removed are not cleaned up.</summary>
internal sealed class LeftoversStay(IFileSystem disk) : SeamFileSystem(disk)
{
    public override void DeleteDirectory(string path)
    {
        if (!path.Contains("/.", StringComparison.Ordinal) && !path.EndsWith(".tmp", StringComparison.Ordinal))
            base.DeleteDirectory(path);
    }
}

/// <summary>A payload store that another took the place of, or that was not finished, is not removed.</summary>
internal sealed class UselessPayloadsStay(IFileSystem disk) : SeamFileSystem(disk)
{
    public override void DeleteDirectory(string path)
    {
        if (!path.Contains("/payloads", StringComparison.Ordinal))
            base.DeleteDirectory(path);
    }
}

/// <summary>Nobody looks whether a file that is to be made aside is there from an earlier try.</summary>
internal sealed class LeftoversInTheWay(IFileSystem disk) : SeamFileSystem(disk)
{
    public override bool FileExists(string path) => !path.EndsWith(".tmp", StringComparison.Ordinal) && base.FileExists(path);

    public override IReadOnlyList<string> ListFiles(string directory) => [.. base.ListFiles(directory).Where(name => !name.EndsWith(".tmp", StringComparison.Ordinal))];
}
