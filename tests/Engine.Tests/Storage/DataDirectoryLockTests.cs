using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Tests.Storage;

public sealed class DataDirectoryLockTests
{
    [Fact]
    public void Acquire_OfADirectoryInUse_SaysSo()
    {
        using var directory = new TemporaryDirectory();
        using (DataDirectoryLock.Acquire(PosixFileSystem.Instance, directory.Path))
        {
            var exception = Assert.Throws<DatabaseStateException>(() => DataDirectoryLock.Acquire(PosixFileSystem.Instance, directory.Path));
            Assert.Equal(ErrorReason.DataDirectoryInUse, exception.Reason);
            Assert.Contains(directory.Path, exception.Message, StringComparison.Ordinal);
        }

        using var again = DataDirectoryLock.Acquire(PosixFileSystem.Instance, directory.Path);
        Assert.Equal([DataDirectoryLock.FileName], PosixFileSystem.Instance.ListFiles(directory.Path));
    }

    [Fact]
    public void Acquire_OfADifferentDirectory_IsIndependent()
    {
        using var first = new TemporaryDirectory();
        using var second = new TemporaryDirectory();
        using var firstLock = DataDirectoryLock.Acquire(PosixFileSystem.Instance, first.Path);
        using var secondLock = DataDirectoryLock.Acquire(PosixFileSystem.Instance, second.Path);
    }

    [Fact]
    public void Acquire_OfAMissingDirectory_ReportsThat()
    {
        var exception = Assert.Throws<StorageException>(() => DataDirectoryLock.Acquire(PosixFileSystem.Instance, "/nowhere/at/all"));
        Assert.Equal(2, exception.Errno);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Acquire_AfterTheOwnerDied_Succeeds(bool isPowerLoss)
    {
        var fileSystem = new SimulatedFileSystem();
        fileSystem.CreateDirectoryDurably("/data");
        var owner = DataDirectoryLock.Acquire(fileSystem, "/data");

        var after = isPowerLoss ? fileSystem.Crash(1) : fileSystem.KillProcess(1);
        using var next = DataDirectoryLock.Acquire(after, "/data");
        owner.Dispose();
        Assert.Throws<DatabaseStateException>(() => DataDirectoryLock.Acquire(after, "/data"));
    }
}
