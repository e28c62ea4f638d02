using System.Diagnostics;
using System.Runtime.Versioning;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Tests.Storage;

public sealed class PosixFileSystemTests : FileSystemContract, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    internal override IFileSystem FileSystem => PosixFileSystem.Instance;

    internal override string Root => _directory.Path;

    [Fact]
    [SupportedOSPlatform("linux")]
    public void FilesAndDirectories_AreTheirOwnersOnly()
    {
        FileSystem.CreateFile($"{Root}/a").Dispose();
        FileSystem.CreateDirectory($"{Root}/d");
        using var fileLock = FileSystem.TryLock($"{Root}/LOCK");

        const UnixFileMode OwnerReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(OwnerReadWrite, File.GetUnixFileMode($"{Root}/a"));
        Assert.Equal(OwnerReadWrite, File.GetUnixFileMode($"{Root}/LOCK"));
        Assert.Equal(OwnerReadWrite | UnixFileMode.UserExecute, File.GetUnixFileMode($"{Root}/d"));
    }

    [Fact]
    public void Preallocate_TakesRealRoom_SoThatLaterWritesCannotLackIt()
    {
        long before = FileSystem.FreeBytes(Root);
        using var file = FileSystem.CreateFile($"{Root}/a");
        file.Preallocate(64 << 20);
        file.SyncData();
        Assert.InRange(before - FileSystem.FreeBytes(Root), 32 << 20, long.MaxValue);
    }

    [Fact]
    public void Preallocate_OfMoreThanAnyDiskHas_FailsWithoutHarm()
    {
        using var file = FileSystem.CreateFile($"{Root}/a");
        file.Write([1, 2, 3], 0);

        // Beyond the largest file of ext4 (EFBIG), so that nothing is taken on the way: a request that nearly fits would fill the disk for everybody.
        const int ErrnoFileTooBig = 27;
        var exception = Assert.Throws<StorageException>(() => file.Preallocate(1L << 60));
        Assert.Contains(exception.Errno, new[] { StorageException.ErrnoNoSpace, ErrnoFileTooBig });
        Assert.Equal(3, file.Length);
    }

    [Fact]
    public void TryLock_ThroughASymbolicLink_IsTheSameLock()
    {
        Directory.CreateSymbolicLink($"{Root}/link", Root);
        using var first = FileSystem.TryLock($"{Root}/LOCK");
        Assert.Null(FileSystem.TryLock($"{Root}/link/LOCK"));
    }

    [SkippableFact]
    public void TryLock_WhileAnotherProcessHoldsIt_GivesNull()
    {
        Skip.IfNot(File.Exists("/usr/bin/flock"), "needs flock(1)");
        using var other = Process.Start(new ProcessStartInfo("/usr/bin/flock", [$"{Root}/LOCK", "sh", "-c", "echo held; read line"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", other.StandardOutput.ReadLine());
        Assert.Null(FileSystem.TryLock($"{Root}/LOCK"));

        other.StandardInput.WriteLine();
        Assert.True(other.WaitForExit(10_000));
        using var mine = FileSystem.TryLock($"{Root}/LOCK");
        Assert.NotNull(mine);
    }

    [Fact]
    public void DeleteDirectory_WithALinkInIt_LeavesWhatItPointsTo()
    {
        Directory.CreateDirectory($"{Root}/kept");
        File.WriteAllText($"{Root}/kept/a", "precious");
        Directory.CreateDirectory($"{Root}/removed");
        Directory.CreateSymbolicLink($"{Root}/removed/link", $"{Root}/kept");

        FileSystem.DeleteDirectory($"{Root}/removed");
        Assert.False(Directory.Exists($"{Root}/removed"));
        Assert.Equal("precious", File.ReadAllText($"{Root}/kept/a"));
    }

    [Fact]
    public void Write_ToAFullDevice_ReportsNoSpace()
    {
        using var file = FileSystem.OpenFile("/dev/full", FileAccessMode.ReadWrite);
        var exception = Assert.Throws<StorageException>(() => file.Write([1], 0));
        Assert.Equal(StorageException.ErrnoNoSpace, exception.Errno);
        Assert.Equal(ErrorReason.StorageFull, exception.Reason);
        Assert.Equal("write", exception.Operation);
    }

    [Fact]
    public void SyncData_OfWhatCannotBeSynced_ReportsIt()
    {
        using var file = FileSystem.OpenFile("/dev/null", FileAccessMode.ReadWrite);
        AssertErrno(22, file.SyncData);
    }

    public void Dispose() => _directory.Dispose();
}
