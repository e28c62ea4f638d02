using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.KillPoints;

/// <summary>An open file of a <see cref="MountedDisk"/>, by the path that the engine knows.</summary>
internal sealed class MountedFile(MountedDisk disk, IFile file, string path) : IFile
{
    public string Path => path;

    public long Length => file.Length;

    public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

    public IFileMap Map() => file.Map();

    public void Write(ReadOnlySpan<byte> buffer, long offset)
    {
        disk.ThrowIfDead();
        file.Write(buffer, offset);
    }

    public void Preallocate(long length)
    {
        disk.ThrowIfDead();
        file.Preallocate(length);
    }

    public void SetLength(long length)
    {
        disk.ThrowIfDead();
        file.SetLength(length);
    }

    public void SyncData() => file.SyncData();

    public void Dispose() => file.Dispose();
}
