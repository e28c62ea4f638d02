using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.Planting;

/// <summary>Stands between the engine and its disk and passes everything on. A planted bug is one that overrides a call: the engine's own code stays as it is, and behaves as if it had the bug.</summary>
/// <remarks>One is made each time a database is opened: it lives as long as the process would.</remarks>
internal class SeamFileSystem(IFileSystem disk) : IFileSystem
{
    protected IFileSystem Disk => disk;

    public virtual IFile CreateFile(string path) => new SeamFile(this, disk.CreateFile(path));

    public virtual IFile OpenFile(string path, FileAccessMode mode) => new SeamFile(this, disk.OpenFile(path, mode));

    public virtual bool FileExists(string path) => disk.FileExists(path);

    public bool DirectoryExists(string path) => disk.DirectoryExists(path);

    public virtual IReadOnlyList<string> ListFiles(string directory) => disk.ListFiles(directory);

    public IReadOnlyList<string> ListDirectories(string directory) => disk.ListDirectories(directory);

    public virtual void CreateDirectory(string path) => disk.CreateDirectory(path);

    public virtual void DeleteFile(string path) => disk.DeleteFile(path);

    public virtual void DeleteDirectory(string path) => disk.DeleteDirectory(path);

    public virtual void Rename(string source, string target) => disk.Rename(source, target);

    public virtual void Link(string source, string target) => disk.Link(source, target);

    public virtual void SyncDirectory(string path) => disk.SyncDirectory(path);

    public IDisposable? TryLock(string path) => disk.TryLock(path);

    public long FreeBytes(string path) => disk.FreeBytes(path);

    /// <summary>A read of an open file.</summary>
    public virtual int Read(IFile file, Span<byte> buffer, long offset) => file.Read(buffer, offset);

    /// <summary>A write to an open file.</summary>
    public virtual void Write(IFile file, ReadOnlySpan<byte> buffer, long offset) => file.Write(buffer, offset);

    /// <summary>Reserves room for an open file.</summary>
    public virtual void Preallocate(IFile file, long length) => file.Preallocate(length);

    /// <summary>Cuts or extends an open file.</summary>
    public virtual void SetLength(IFile file, long length) => file.SetLength(length);

    /// <summary>The sync of an open file.</summary>
    public virtual void SyncData(IFile file) => file.SyncData();
}
