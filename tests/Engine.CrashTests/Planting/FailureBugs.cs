using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.Planting;

/// <summary>The error of a sync is swallowed.</summary>
internal sealed class FailedSyncIgnored(IFileSystem disk) : SeamFileSystem(disk)
{
    public override void SyncData(IFile file) => Swallow.Failure(() => base.SyncData(file));
}

/// <summary>A sync that failed is called again, which succeeds: Linux has marked the lost pages clean.</summary>
internal sealed class FailedSyncRetried(IFileSystem disk) : SeamFileSystem(disk)
{
    public override void SyncData(IFile file)
    {
        try
        {
            base.SyncData(file);
        }
        catch (StorageException)
        {
            base.SyncData(file);
        }
    }
}

/// <summary>The error of a write is swallowed, whatever part of it was done.</summary>
internal sealed class FailedWriteIgnored(IFileSystem disk) : SeamFileSystem(disk)
{
    public override void Write(IFile file, ReadOnlySpan<byte> buffer, long offset)
    {
        try
        {
            base.Write(file, buffer, offset);
        }
        catch (StorageException)
        {
            // The bug.
        }
    }
}

/// <summary>The error of a directory's sync is swallowed.</summary>
internal sealed class FailedDirectorySyncIgnored(IFileSystem disk) : SeamFileSystem(disk)
{
    public override void SyncDirectory(string path) => Swallow.Failure(() => base.SyncDirectory(path));
}

/// <summary>The error of a rename is swallowed.</summary>
internal sealed class FailedRenameIgnored(IFileSystem disk) : SeamFileSystem(disk)
{
    public override void Rename(string source, string target) => Swallow.Failure(() => base.Rename(source, target));
}

/// <summary>The error of a removal is swallowed.</summary>
internal sealed class FailedRemovalIgnored(IFileSystem disk) : SeamFileSystem(disk)
{
    public override void DeleteFile(string path) => Swallow.Failure(() => base.DeleteFile(path));
}

/// <summary>A read that brings too little is filled up with zeros.</summary>
internal sealed class ShortReadFilledUp(IFileSystem disk) : SeamFileSystem(disk)
{
    public override int Read(IFile file, Span<byte> buffer, long offset)
    {
        int read = base.Read(file, buffer, offset);
        buffer[read..].Clear();
        return (int)Math.Min(buffer.Length, Math.Max(0, file.Length - offset));
    }
}

/// <summary>Makes a failed call look done.</summary>
internal static class Swallow
{
    public static void Failure(Action call)
    {
        try
        {
            call();
        }
        catch (StorageException)
        {
            // The bug.
        }
    }
}
