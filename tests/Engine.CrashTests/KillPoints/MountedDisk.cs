using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.KillPoints;

/// <summary>A directory of the real disk as the root of all paths: every life has its database in <c>/data</c>.</summary>
internal sealed class MountedDisk(string directory) : ITestDisk
{
    private static readonly PosixFileSystem s_disk = PosixFileSystem.Instance;

    /// <summary>Set by who plays the death of the process: nothing that changes anything is done any more.</summary>
    public bool HasCrashed { get; set; }

    public IFile CreateFile(string path) => new MountedFile(this, s_disk.CreateFile(RealOfLiving(path)), path);

    public IFile OpenFile(string path, FileAccessMode mode) => new MountedFile(this, s_disk.OpenFile(Real(path), mode), path);

    public bool FileExists(string path) => s_disk.FileExists(Real(path));

    public bool DirectoryExists(string path) => s_disk.DirectoryExists(Real(path));

    public IReadOnlyList<string> ListFiles(string directory) => s_disk.ListFiles(Real(directory));

    public IReadOnlyList<string> ListDirectories(string directory) => s_disk.ListDirectories(Real(directory));

    public void CreateDirectory(string path) => s_disk.CreateDirectory(RealOfLiving(path));

    public void DeleteFile(string path) => s_disk.DeleteFile(RealOfLiving(path));

    public void DeleteDirectory(string path) => s_disk.DeleteDirectory(RealOfLiving(path));

    public void Rename(string source, string target) => s_disk.Rename(RealOfLiving(source), Real(target));

    public void Link(string source, string target) => s_disk.Link(RealOfLiving(source), Real(target));

    public void SyncDirectory(string path) => s_disk.SyncDirectory(Real(path));

    public IDisposable? TryLock(string path) => s_disk.TryLock(Real(path));

    public long FreeBytes(string path) => s_disk.FreeBytes(Real(path));

    public IReadOnlyList<string> AllFiles() =>
        [.. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Select(path => path[directory.Length..]).Order(StringComparer.Ordinal)];

    public byte[] LiveBytes(string path) => File.ReadAllBytes(Real(path));

    public void Damage(string path, long offset, ReadOnlySpan<byte> bytes)
    {
        using var file = s_disk.OpenFile(Real(path), FileAccessMode.ReadWrite);
        file.Write(bytes, offset);
    }

    internal void ThrowIfDead()
    {
        if (HasCrashed)
            throw new SimulatedCrashException();
    }

    private string RealOfLiving(string path)
    {
        ThrowIfDead();
        return Real(path);
    }

    private string Real(string path) => directory + path;
}
