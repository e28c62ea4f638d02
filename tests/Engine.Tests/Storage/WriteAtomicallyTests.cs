using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Tests.Storage;

public sealed class WriteAtomicallyTests
{
    private const int SeedsPerCall = 100;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WriteAtomically_WithPowerLossAtAnyCall_LeavesOldOrNewContents(bool hasLeftover)
    {
        byte[] oldContents = Contents(1, 5000);
        byte[] newContents = Contents(2, 7000);
        int call = 1;
        for (bool isFinished = false; !isFinished; call++)
        {
            bool hasOld = false, hasNew = false;
            for (int seed = 0; seed < SeedsPerCall; seed++)
            {
                var disk = DiskWithOld(oldContents, hasLeftover, seed);
                isFinished = RunUntil(disk, call, newContents);

                byte[] found = disk.Crash().LiveBytes("/d/f");
                bool isOld = found.AsSpan().SequenceEqual(oldContents);
                bool isNew = found.AsSpan().SequenceEqual(newContents);
                Assert.True(isOld || isNew, $"call {call} seed {seed}: neither the old nor the new contents");
                Assert.True(isNew || !isFinished, $"call {call} seed {seed}: it returned, and the new contents are not there");
                hasOld |= isOld;
                hasNew |= isNew;
            }

            Assert.True(hasOld || hasNew);
            Assert.InRange(call, 1, 20);
        }
    }

    [Fact]
    public void WriteAtomically_OfAFirstFile_LeavesAllOrNothing()
    {
        byte[] contents = Contents(3, 3000);
        int call = 1;
        for (bool isFinished = false; !isFinished; call++)
        {
            for (int seed = 0; seed < SeedsPerCall; seed++)
            {
                var disk = new SimulatedFileSystem(seed);
                disk.CreateDirectoryDurably("/d");
                isFinished = RunUntil(disk, call, contents);

                var after = disk.Crash();
                if (after.FileExists("/d/f"))
                    Assert.True(contents.AsSpan().SequenceEqual(after.LiveBytes("/d/f")), $"call {call} seed {seed}: a part of the contents");
                else
                    Assert.False(isFinished, $"call {call} seed {seed}: it returned, and the file is not there");
            }

            Assert.InRange(call, 1, 20);
        }
    }

    [Theory]
    [InlineData(StorageException.ErrnoIo)]
    [InlineData(StorageException.ErrnoNoSpace)]
    public void WriteAtomically_WithAnErrorAtAnyCall_LeavesOldOrNewAndWorksAgain(int errno)
    {
        byte[] oldContents = Contents(1, 5000);
        byte[] newContents = Contents(2, 7000);
        for (int call = 1; call < 20; call++)
        {
            for (int seed = 0; seed < SeedsPerCall; seed++)
            {
                var disk = DiskWithOld(oldContents, hasLeftover: true, seed);
                disk.FailCall(disk.MutatingCalls + call, errno, FaultMode.Partial);
                int callsBefore = disk.MutatingCalls;
                bool hasFailed = false;
                try
                {
                    disk.WriteAtomically("/d/f", newContents);
                }
                catch (StorageException exception)
                {
                    Assert.Equal(errno, exception.Errno);
                    hasFailed = true;
                }

                // An error is swallowed nowhere.
                Assert.Equal(disk.MutatingCalls - callsBefore >= call, hasFailed);
                byte[] found = disk.LiveBytes("/d/f");
                Assert.True(found.AsSpan().SequenceEqual(oldContents) || found.AsSpan().SequenceEqual(newContents), $"call {call} seed {seed}");

                disk.ClearFaults();
                disk.WriteAtomically("/d/f", newContents);
                Assert.Equal(newContents, disk.Crash().LiveBytes("/d/f"));
            }
        }
    }

    /// <summary>The suite is worth something only if it sees the bugs it is there for.</summary>
    [Theory]
    [InlineData("the file")]
    [InlineData("the directory")]
    public void WriteAtomically_WithoutOneOfItsSyncs_IsCaught(string unsynced)
    {
        byte[] oldContents = Contents(1, 5000);
        byte[] newContents = Contents(2, 7000);
        bool isCaught = false;
        for (int seed = 0; seed < SeedsPerCall && !isCaught; seed++)
        {
            var disk = DiskWithOld(oldContents, hasLeftover: false, seed);
            if (unsynced == "the file")
                disk.IgnoreFileSync(path => path == "/d/f.tmp");
            else
                disk.IgnoreDirectorySync(path => path == "/d");
            disk.WriteAtomically("/d/f", newContents);
            isCaught = !disk.Crash().LiveBytes("/d/f").AsSpan().SequenceEqual(newContents);
        }

        Assert.True(isCaught);
    }

    private static bool RunUntil(SimulatedFileSystem disk, int call, byte[] contents)
    {
        disk.CrashAtCall(disk.MutatingCalls + call);
        try
        {
            disk.WriteAtomically("/d/f", contents);
            return true;
        }
        catch (SimulatedCrashException)
        {
            return false;
        }
    }

    private static SimulatedFileSystem DiskWithOld(byte[] oldContents, bool hasLeftover, int seed)
    {
        var disk = new SimulatedFileSystem(seed);
        disk.CreateDirectoryDurably("/d");
        disk.WriteAtomically("/d/f", oldContents);
        if (hasLeftover)
        {
            using var leftover = disk.CreateFile("/d/f.tmp");
            leftover.Write(Contents(9, 9000), 0);
        }

        return disk;
    }

    private static byte[] Contents(int seed, int count)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
