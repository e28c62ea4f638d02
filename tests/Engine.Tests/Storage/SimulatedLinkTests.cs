using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Tests.Storage;

/// <summary>What a loss of power makes of second names of files.</summary>
public sealed class SimulatedLinkTests
{
    private const int Seeds = 300;

    [Fact]
    public void Crash_WithAnUnsyncedLink_LeavesOneNameOrBoth_OfOneFile()
    {
        HashSet<string> seen = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            var disk = DiskWith("/d/f", [1], seed);
            disk.CreateDirectoryDurably("/e");
            disk.Link("/d/f", "/e/f");
            if (seed % 2 == 0)
                disk.SyncDirectory("/e");
            disk.DeleteFile("/d/f");
            disk.SyncDirectory("/d");
            var after = disk.Crash();
            seen.Add(string.Join(' ', after.AllFiles()));
            Assert.True(seed % 2 != 0 || after.LiveBytes("/e/f")[0] == 1, $"seed {seed}: a synced name lost its file");
        }

        Assert.Equal(["", "/e/f"], seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Crash_WithALinkToUnsyncedBytes_LosesThemUnderBothNames()
    {
        HashSet<string> seen = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            var disk = new SimulatedFileSystem(seed);
            using (var file = disk.CreateFile("/a"))
                file.Write([1], 0);

            disk.Link("/a", "/b");
            disk.SyncDirectory("/");
            var after = disk.Crash();
            Assert.Equal(after.LiveBytes("/a"), after.LiveBytes("/b"));
            seen.Add($"{after.LiveBytes("/a").Length}");
        }

        Assert.Equal(["0", "1"], seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void FreeBytes_WithALink_CountsTheFileOnce()
    {
        var disk = new SimulatedFileSystem(1) { CapacityBytes = 1 << 20 };
        using (var file = disk.CreateFile("/a"))
            file.Write(new byte[4096], 0);

        long free = disk.FreeBytes("/");
        disk.Link("/a", "/b");
        Assert.Equal(free, disk.FreeBytes("/"));
    }

    [Theory]
    [InlineData(18)]
    [InlineData(1)]
    [InlineData(31)]
    public void LinkOrCopy_WhereTheDiskCannotLink_MakesADurableCopy(int errno)
    {
        byte[] bytes = new byte[3_000_000];
        new Random(1).NextBytes(bytes);
        var disk = DiskWith("/a", bytes, 1);
        disk.FailWhen(call => call.Kind == FileCallKind.Link, errno, FaultMode.Persistent);
        Assert.False(disk.LinkOrCopy("/a", "/b", CancellationToken.None));
        disk.SyncDirectory("/");
        Assert.Equal(bytes, disk.Crash().LiveBytes("/b"));
    }

    [Fact]
    public void LinkOrCopy_WhereLinkingFailsOtherwise_Fails()
    {
        var disk = DiskWith("/a", [1], 1);
        disk.FailWhen(call => call.Kind == FileCallKind.Link, StorageException.ErrnoIo);
        Assert.Throws<StorageException>(() => disk.LinkOrCopy("/a", "/b", CancellationToken.None));
        Assert.False(disk.FileExists("/b"));
    }

    private static SimulatedFileSystem DiskWith(string path, byte[] bytes, int seed = 0)
    {
        var disk = new SimulatedFileSystem(seed);
        disk.CreateDirectoryDurably(FileSystemExtensions.Parent(path));
        using (var file = disk.CreateFile(path))
        {
            file.Write(bytes, 0);
            file.SyncData();
        }

        disk.SyncDirectory(FileSystemExtensions.Parent(path));
        return disk;
    }
}
