using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Tests.Storage;

public sealed class DurabilitySelfTestTests
{
    [Fact]
    public void Run_OnTheRealDisk_PassesTwiceAndLeavesNothing()
    {
        using var directory = new TemporaryDirectory();
        DurabilitySelfTest.Run(PosixFileSystem.Instance, directory.Path);
        DurabilitySelfTest.Run(PosixFileSystem.Instance, directory.Path);
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    [Theory]
    [InlineData(nameof(FileCallKind.CreateFile), "writing and syncing of files")]
    [InlineData(nameof(FileCallKind.Write), "writing and syncing of files")]
    [InlineData(nameof(FileCallKind.SyncData), "writing and syncing of files")]
    [InlineData(nameof(FileCallKind.Preallocate), "preallocation")]
    [InlineData(nameof(FileCallKind.SyncDirectory), "syncing of directories")]
    [InlineData(nameof(FileCallKind.Rename), "renaming")]
    [InlineData(nameof(FileCallKind.DeleteFile), "removal of files")]
    public void Run_WhereACallFails_NamesWhatDoesNotWork(string kind, string what)
    {
        var fileSystem = NewDisk();
        int before = fileSystem.CountCalls(Enum.Parse<FileCallKind>(kind));
        fileSystem.FailCall(Enum.Parse<FileCallKind>(kind), before + 1, StorageException.ErrnoIo);

        var exception = Assert.Throws<DatabaseStateException>(() => DurabilitySelfTest.Run(fileSystem, "/data"));
        Assert.Equal(ErrorReason.StorageFailed, exception.Reason);
        Assert.Contains("/data", exception.Message, StringComparison.Ordinal);
        Assert.Contains(what, exception.Message, StringComparison.Ordinal);
        Assert.Contains("errno 5", exception.Message, StringComparison.Ordinal);
        Assert.Empty(fileSystem.ListFiles("/data"));
    }

    [Fact]
    public void Run_OnAFullDisk_LetsTheDatabaseOpen()
    {
        var fileSystem = NewDisk();
        for (long capacity = 0; capacity <= 100_000; capacity += 4096)
        {
            fileSystem.CapacityBytes = capacity;
            DurabilitySelfTest.Run(fileSystem, "/data");
            Assert.Empty(fileSystem.ListFiles("/data"));
        }
    }

    [Fact]
    public void Run_AfterBeingInterruptedAnywhere_PassesAndCleansUp()
    {
        for (int call = 1; call < 100; call++)
        {
            var fileSystem = NewDisk(seed: call);
            fileSystem.CrashAtCall(fileSystem.MutatingCalls + call);
            try
            {
                DurabilitySelfTest.Run(fileSystem, "/data");
                return;
            }
            catch (SimulatedCrashException)
            {
                var after = fileSystem.Crash();
                DurabilitySelfTest.Run(after, "/data");
                Assert.Empty(after.ListFiles("/data"));
            }
        }

        Assert.Fail("the self-test makes more calls than it can need");
    }

    private static SimulatedFileSystem NewDisk(int seed = 0)
    {
        var fileSystem = new SimulatedFileSystem(seed);
        fileSystem.CreateDirectoryDurably("/data");
        return fileSystem;
    }
}
