using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Tests.Storage;

/// <summary>What the simulated disk may and may not do. Every promise is tried over many seeds; what a crash may do must be seen to happen.</summary>
public sealed class SimulatedFileSystemTests
{
    private const int Seeds = 300;
    private const int SectorBytes = 512;

    [Fact]
    public void Crash_AfterEverythingWasSynced_LosesNothing()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            var (disk, model) = RandomWork(seed, steps: 40);
            foreach (string path in disk.AllFiles())
            {
                using var file = disk.OpenFile(path, FileAccessMode.ReadWrite);
                file.SyncData();
            }

            disk.SyncDirectory("/");
            foreach (string directory in disk.ListDirectories("/"))
                disk.SyncDirectory($"/{directory}");

            var after = disk.Crash();
            Assert.True(model.Keys.Order(StringComparer.Ordinal).SequenceEqual(after.AllFiles()), $"seed {seed}: other files");
            foreach (var (path, bytes) in model)
                Assert.True(bytes.AsSpan().SequenceEqual(after.LiveBytes(path)), $"seed {seed}: {path} has other bytes");
        }
    }

    [Fact]
    public void Crash_OfTheSameSeedAndCalls_GivesTheSameDisk()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            var first = RandomWork(seed, steps: 60).Disk.Crash();
            var second = RandomWork(seed, steps: 60).Disk.Crash();
            Assert.Equal(first.AllFiles(), second.AllFiles());
            foreach (string path in first.AllFiles())
                Assert.Equal(first.LiveBytes(path), second.LiveBytes(path));
        }
    }

    [Fact]
    public void Crash_OfACrashedDisk_ChangesNothingMore()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            var first = RandomWork(seed, steps: 60).Disk.Crash();
            var second = first.Crash();
            Assert.Equal(first.AllFiles(), second.AllFiles());
            foreach (string path in first.AllFiles())
                Assert.Equal(first.LiveBytes(path), second.LiveBytes(path));
        }
    }

    [Fact]
    public void Crash_WithUnsyncedOverwrites_KeepsDropsTearsAndReorders()
    {
        const int Sectors = 16;
        bool hasKeptAll = false, hasDroppedAll = false, hasTorn = false, hasReordered = false;
        for (int seed = 0; seed < Seeds; seed++)
        {
            var disk = DiskWith("/f", Filled(0xAA, Sectors * SectorBytes), seed);
            using (var file = disk.OpenFile("/f", FileAccessMode.ReadWrite))
            {
                file.Write(Filled(0xBB, Sectors / 2 * SectorBytes), 0);
                file.Write(Filled(0xBB, Sectors / 2 * SectorBytes), Sectors / 2 * SectorBytes);
            }

            byte[] after = disk.Crash().LiveBytes("/f");
            Assert.Equal(Sectors * SectorBytes, after.Length);
            byte[] sectors = [.. after.Chunk(SectorBytes).Select(sector =>
            {
                // A sector is old or new, never of both.
                Assert.True(sector.AsSpan().IndexOfAnyExcept(sector[0]) < 0 && sector[0] is 0xAA or 0xBB, $"seed {seed}: a torn sector");
                return sector[0];
            })];

            hasKeptAll |= !sectors.Contains((byte)0xAA);
            hasDroppedAll |= !sectors.Contains((byte)0xBB);
            hasTorn |= sectors[..(Sectors / 2)].Distinct().Count() == 2;
            hasReordered |= sectors.AsSpan(0, Sectors / 2).Contains((byte)0xAA) && sectors.AsSpan(Sectors / 2).Contains((byte)0xBB);
        }

        Assert.True(hasKeptAll && hasDroppedAll && hasTorn && hasReordered);
    }

    [Fact]
    public void Crash_WithUnsyncedWritesToOneSector_LeavesAStateItOnceHad()
    {
        HashSet<byte> seen = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            var disk = DiskWith("/f", Filled(0, SectorBytes), seed);
            using (var file = disk.OpenFile("/f", FileAccessMode.ReadWrite))
            {
                for (int version = 1; version <= 3; version++)
                    file.Write([(byte)version], version);
            }

            byte[] after = disk.Crash().LiveBytes("/f");
            byte version0 = (byte)after[1..4].Count(value => value != 0);
            byte[] expected = [.. Enumerable.Range(1, 3).Select(version => (byte)(version <= version0 ? version : 0))];
            Assert.Equal(expected, after[1..4]);
            seen.Add(version0);
        }

        Assert.Equal(4, seen.Count);
    }

    [Fact]
    public void Crash_WithAnUnsyncedAppend_MayLeaveOldLengthZerosOrAPart()
    {
        bool hasOldLength = false, hasZeros = false, hasPart = false, hasAll = false;
        for (int seed = 0; seed < Seeds; seed++)
        {
            var disk = DiskWith("/f", Filled(1, 1000), seed);
            using (var file = disk.OpenFile("/f", FileAccessMode.ReadWrite))
                file.Write(Filled(2, 20_000), 1000);

            byte[] after = disk.Crash().LiveBytes("/f");
            Assert.InRange(after.Length, 1000, 21_000);
            Assert.True(after.AsSpan(0, 1000).IndexOfAnyExcept((byte)1) < 0, $"seed {seed}: synced bytes changed");
            Assert.True(after.AsSpan(1000).IndexOfAnyExcept((byte)0, (byte)2) < 0, $"seed {seed}: bytes that nobody wrote");
            hasOldLength |= after.Length == 1000;
            hasZeros |= after.Length > 1000 && after[^1] == 0;
            hasPart |= after.Length is > 1000 and < 21_000;
            hasAll |= after.Length == 21_000 && !after.AsSpan(1000).Contains((byte)0);
        }

        Assert.True(hasOldLength && hasZeros && hasPart && hasAll);
    }

    [Fact]
    public void Crash_WithAnUnsyncedCut_LeavesTheOldOrTheNewLength()
    {
        HashSet<int> lengths = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            var disk = DiskWith("/f", Filled(1, 5000), seed);
            using (var file = disk.OpenFile("/f", FileAccessMode.ReadWrite))
            {
                file.SetLength(100);
                file.Write(Filled(2, 4900), 100);
            }

            byte[] after = disk.Crash().LiveBytes("/f");
            lengths.Add(after.Length);
            Assert.True(after.AsSpan(0, Math.Min(after.Length, 100)).IndexOfAnyExcept((byte)1) < 0, $"seed {seed}: bytes before the cut changed");

            // Old blocks and new ones belong to different lives of the file.
            var rest = after.AsSpan(100);
            Assert.False(rest.Contains((byte)1) && rest.Contains((byte)2), $"seed {seed}: a file of before and after the cut");
        }

        Assert.Contains(5000, lengths);
        Assert.Contains(100, lengths);
    }

    [Fact]
    public void Crash_WithoutADirectorySync_MayLoseASyncedFile()
    {
        bool hasLost = false, hasKept = false;
        for (int seed = 0; seed < Seeds; seed++)
        {
            var disk = new SimulatedFileSystem(seed);
            using (var file = disk.CreateFile("/f"))
            {
                file.Write([1, 2, 3], 0);
                file.SyncData();
            }

            var after = disk.Crash();
            hasLost |= !after.FileExists("/f");
            hasKept |= after.FileExists("/f");
            if (after.FileExists("/f"))
                Assert.Equal([1, 2, 3], after.LiveBytes("/f"));
        }

        Assert.True(hasLost && hasKept);
    }

    [Fact]
    public void Crash_WithUnsyncedEntries_LosesThemInNoOrder()
    {
        HashSet<string> seen = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            var disk = DiskWith("/old", [1], seed);
            disk.CreateFile("/a").Dispose();
            disk.CreateFile("/b").Dispose();
            disk.DeleteFile("/old");
            seen.Add(string.Join(' ', disk.Crash().AllFiles()));
        }

        // Every combination of three independent changes.
        Assert.Equal(8, seen.Count);
    }

    [Fact]
    public void Crash_WithAnUnsyncedRename_LeavesOneOfTheNamesWithItsFile()
    {
        HashSet<string> seen = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            var disk = DiskWith("/target", [1], seed);
            using (var file = disk.CreateFile("/source"))
            {
                file.Write([2], 0);
                file.SyncData();
            }

            disk.SyncDirectory("/");
            disk.Rename("/source", "/target");
            var after = disk.Crash();
            seen.Add(string.Join(' ', after.AllFiles().Select(path => $"{path}={after.LiveBytes(path)[0]}")));
        }

        Assert.Equal(["/source=2 /target=1", "/target=2"], seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Crash_WithACreationAndARenameUnsynced_NeverLeavesTheNewNameAlone()
    {
        HashSet<string> seen = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            var disk = new SimulatedFileSystem(seed);
            disk.CreateFile("/a").Dispose();
            disk.Rename("/a", "/b");
            disk.Rename("/b", "/c");
            seen.Add(string.Join(' ', disk.Crash().AllFiles()));
        }

        Assert.Equal(["", "/a", "/b", "/c"], seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Crash_WithARenameBetweenDirectories_NeedsBothSynced()
    {
        HashSet<string> seen = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            var disk = DiskWith("/d/f", [1], seed);
            disk.CreateDirectoryDurably("/e");
            disk.Rename("/d/f", "/e/f");
            disk.SyncDirectory(seed % 2 == 0 ? "/d" : "/e");
            seen.Add(string.Join(' ', disk.Crash().AllFiles()));
        }

        Assert.Equal(["", "/d/f /e/f", "/e/f"], seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Crash_WithAnUnsyncedDirectory_MayLoseAllThatIsInIt()
    {
        bool hasLost = false;
        for (int seed = 0; seed < Seeds; seed++)
        {
            var disk = new SimulatedFileSystem(seed);
            disk.CreateDirectory("/d");
            disk.WriteAtomically("/d/f", [1]);
            var after = disk.Crash();
            hasLost |= !after.DirectoryExists("/d");
            if (after.DirectoryExists("/d"))
                Assert.Equal([1], after.LiveBytes("/d/f"));
        }

        Assert.True(hasLost);
    }

    [Fact]
    public void CreateDirectoryDurably_AfterTheProcessWasKilledBeforeItsSync_StillMakesItDurable()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            var first = new SimulatedFileSystem(seed);
            first.CreateDirectory("/d");
            var second = first.KillProcess();
            second.CreateDirectoryDurably("/d");
            second.WriteAtomically("/d/f", [1]);
            Assert.Equal([1], second.Crash().LiveBytes("/d/f"));
        }
    }

    [Fact]
    public void KillProcess_KeepsWhatWasNotSynced_AndLaterPowerLossMayTakeIt()
    {
        bool hasLost = false;
        for (int seed = 0; seed < Seeds; seed++)
        {
            var disk = DiskWith("/f", [1], seed);
            using (var file = disk.OpenFile("/f", FileAccessMode.ReadWrite))
                file.Write([2], 0);
            disk.CreateFile("/g").Dispose();

            var killed = disk.KillProcess();
            Assert.Equal([2], killed.LiveBytes("/f"));
            Assert.True(killed.FileExists("/g"));

            var after = killed.Crash();
            hasLost |= after.LiveBytes("/f")[0] == 1 && !after.FileExists("/g");
        }

        Assert.True(hasLost);
    }

    [Fact]
    public void SyncData_ThatFailed_LosesDataThatNoLaterSyncBringsBack()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            byte[] written = Filled(2, 3 * SectorBytes);
            var disk = DiskWith("/f", Filled(1, SectorBytes), seed);
            using (var file = disk.OpenFile("/f", FileAccessMode.ReadWrite))
            {
                file.Write(written, 0);
                disk.FailWhen(call => call.Kind == FileCallKind.SyncData, StorageException.ErrnoIo);
                FileSystemContract.AssertErrno(StorageException.ErrnoIo, file.SyncData);

                // Linux calls the pages clean: the next sync succeeds, and what is read is not what is stored.
                file.SyncData();
                Assert.Equal(written, disk.LiveBytes("/f"));
                Assert.NotEqual(written, disk.DurableBytes("/f"));
            }

            byte[] after = disk.Crash().LiveBytes("/f");
            Assert.Equal(written.Length, after.Length);
            Assert.NotEqual(written, after);
        }
    }

    [Fact]
    public void CrashAtCall_AtEveryCall_StopsThereAndRefusesAllLaterCalls()
    {
        int calls = RandomWork(7, steps: 30).Disk.MutatingCalls;
        for (int call = 1; call <= calls; call++)
        {
            var disk = new SimulatedFileSystem(7);
            disk.CrashAtCall(call);
            Assert.Throws<SimulatedCrashException>(() => Work(disk, 7, 30));
            Assert.True(disk.HasCrashed);
            Assert.Equal(call, disk.MutatingCalls);
            Assert.Throws<SimulatedCrashException>(() => disk.CreateFile("/new"));
            Assert.Throws<SimulatedCrashException>(() => disk.FileExists("/new"));
            Assert.Throws<SimulatedCrashException>(() => disk.ListFiles("/"));
            Assert.Throws<SimulatedCrashException>(() => disk.TryLock("/LOCK"));
            disk.Crash().CreateFile("/new").Dispose();
        }
    }

    [Fact]
    public void FailCall_Once_FailsThatCallWithoutEffect()
    {
        var disk = new SimulatedFileSystem();
        disk.FailCall(2, StorageException.ErrnoIo);
        disk.CreateFile("/a").Dispose();
        FileSystemContract.AssertErrno(StorageException.ErrnoIo, () => disk.CreateFile("/b"));
        Assert.Equal(["/a"], disk.AllFiles());
        disk.CreateFile("/b").Dispose();
        Assert.Equal(3, disk.MutatingCalls);
    }

    [Fact]
    public void FailCall_Persistently_FailsUntilTheFaultsAreCleared()
    {
        var disk = DiskWith("/f", [1]);
        disk.FailCall(FileCallKind.Write, 2, StorageException.ErrnoQuota, FaultMode.Persistent);
        using var file = disk.OpenFile("/f", FileAccessMode.ReadWrite);
        for (int attempt = 0; attempt < 3; attempt++)
            FileSystemContract.AssertErrno(StorageException.ErrnoQuota, () => file.Write([2], 0));
        file.SyncData();
        disk.ClearFaults();
        file.Write([2], 0);
        Assert.Equal([2], disk.LiveBytes("/f"));
    }

    [Fact]
    public void FailCall_WithAShortWrite_PutsDownAPrefix()
    {
        HashSet<int> prefixes = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            var disk = DiskWith("/f", new byte[8], seed);
            disk.FailCall(FileCallKind.Write, 2, StorageException.ErrnoNoSpace, FaultMode.Partial);
            using var file = disk.OpenFile("/f", FileAccessMode.ReadWrite);
            FileSystemContract.AssertErrno(StorageException.ErrnoNoSpace, () => file.Write([1, 2, 3, 4], 0));
            byte[] after = disk.LiveBytes("/f");
            int prefix = after.AsSpan().IndexOf((byte)0);
            Assert.Equal(new byte[] { 1, 2, 3, 4 }[..prefix], after[..prefix]);
            prefixes.Add(prefix);
        }

        Assert.Equal(5, prefixes.Count);
    }

    [Fact]
    public void FailCall_WithAShortRead_IsReportedAsDamageByReadExactly()
    {
        var disk = DiskWith("/f", Filled(1, 100));
        disk.FailCall(FileCallKind.Read, 1, errno: 0, FaultMode.Partial);
        using var file = disk.OpenFile("/f", FileAccessMode.Read);
        var exception = Assert.Throws<CorruptDataException>(() => file.ReadExactly(new byte[100], 0));
        Assert.Equal(50, exception.OffsetBytes);
        file.ReadExactly(new byte[100], 0);

        disk.FailCall(FileCallKind.Read, 1, StorageException.ErrnoIo);
        FileSystemContract.AssertErrno(StorageException.ErrnoIo, () => file.ReadExactly(new byte[100], 0));
    }

    [Fact]
    public void CapacityBytes_WhenExceeded_FailsWithNoSpaceAndFreesOnDeletion()
    {
        const int PageBytes = 4096;
        var disk = new SimulatedFileSystem { CapacityBytes = 4 * PageBytes };
        using var file = disk.CreateFile("/f");
        file.Preallocate(2 * PageBytes);
        Assert.Equal(2 * PageBytes, disk.FreeBytes("/"));

        // Inside what is reserved nothing more is needed, and a hole costs nothing.
        file.Write(new byte[2 * PageBytes], 0);
        file.SetLength(100 * PageBytes);
        Assert.Equal(2 * PageBytes, disk.FreeBytes("/"));

        FileSystemContract.AssertErrno(StorageException.ErrnoNoSpace, () => file.Preallocate(5 * PageBytes));
        using var second = disk.CreateFile("/g");
        FileSystemContract.AssertErrno(StorageException.ErrnoNoSpace, () => second.Write(Filled(1, 3 * PageBytes), 0));
        Assert.Equal(2 * PageBytes, second.Length);
        Assert.Equal(0, disk.FreeBytes("/"));

        disk.DeleteFile("/g");
        Assert.Equal(2 * PageBytes, disk.FreeBytes("/"));
    }

    [Fact]
    public void PlantedBugs_LoseWhatTheyClaimToSync()
    {
        bool hasLostData = false, hasLostName = false;
        for (int seed = 0; seed < Seeds; seed++)
        {
            var disk = new SimulatedFileSystem(seed);
            disk.IgnoreFileSync(path => path.EndsWith(".log", StringComparison.Ordinal));
            disk.WriteAtomically("/safe", [1]);
            using (var file = disk.CreateFile("/a.log"))
            {
                file.Write([1], 0);
                file.SyncData();
            }

            disk.SyncDirectory("/");
            disk.IgnoreDirectorySync(path => path == "/");
            disk.WriteAtomically("/name", [1]);

            var after = disk.Crash();
            Assert.Equal([1], after.LiveBytes("/safe"));
            hasLostData |= after.LiveBytes("/a.log").Length == 0;
            hasLostName |= !after.FileExists("/name");
        }

        Assert.True(hasLostData && hasLostName);
    }

    [Fact]
    public void Trace_WhenRecorded_NamesEveryCall()
    {
        var disk = new SimulatedFileSystem { RecordsTrace = true };
        disk.WriteAtomically("/f", [1, 2]);
        Assert.Equal(
            ["1: CreateFile /f.tmp", "2: Write /f.tmp [0, 2)", "3: SyncData /f.tmp", "4: Rename /f.tmp", "5: SyncDirectory /"],
            disk.Trace.Select(call => call.ToString()));
        Assert.Equal(1, disk.CountCalls(FileCallKind.Rename));
    }

    [Fact]
    public void CrashTemper_OverConsecutiveSeeds_DrawsEveryCombination()
    {
        HashSet<CrashTemper> seen = [];
        for (int seed = 0; seed < 3000; seed++)
            seen.Add(CrashTemper.Draw(MixedRandom.Create(MixedRandom.Create(seed).Next())));

        // Five probabilities each for data, lengths and entries, and two grains.
        Assert.Equal(5 * 5 * 5 * 2, seen.Count);
    }

    [Theory]
    [InlineData("relative")]
    [InlineData("/a//b")]
    [InlineData("/a/")]
    [InlineData("/a/../b")]
    [InlineData("")]
    public void Paths_ThatAreNotInShortestForm_AreTheCallersBug(string path) =>
        Assert.Throws<ArgumentException>(() => new SimulatedFileSystem().FileExists(path));

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

    private static (SimulatedFileSystem Disk, Dictionary<string, byte[]> Model) RandomWork(int seed, int steps)
    {
        var disk = new SimulatedFileSystem(seed);
        return (disk, Work(disk, seed, steps));
    }

    /// <summary>Random calls on a few names; gives what the running system must see.</summary>
    private static Dictionary<string, byte[]> Work(SimulatedFileSystem disk, int seed, int steps)
    {
        var random = new Random(seed);
        Dictionary<string, byte[]> model = [];
        disk.CreateDirectory("/d");
        for (int step = 0; step < steps; step++)
        {
            string path = $"{(random.Next(2) == 0 ? "/d" : "")}/{(char)('a' + random.Next(3))}";
            if (!model.TryGetValue(path, out byte[]? bytes))
            {
                disk.CreateFile(path).Dispose();
                model[path] = bytes = [];
            }

            switch (random.Next(6))
            {
                case 0:
                    disk.DeleteFile(path);
                    model.Remove(path);
                    break;
                case 1:
                    string target = $"/{(char)('a' + random.Next(3))}";
                    disk.Rename(path, target);
                    model.Remove(path);
                    model[target] = bytes;
                    break;
                case 2:
                    disk.SyncDirectory("/d");
                    break;
                default:
                    using (var file = disk.OpenFile(path, FileAccessMode.ReadWrite))
                    {
                        byte[] data = new byte[random.Next(1, 3000)];
                        random.NextBytes(data);
                        int offset = random.Next(3000);
                        int length = Math.Max(bytes.Length, offset + data.Length);
                        file.Write(data, offset);
                        Array.Resize(ref bytes, length);
                        data.CopyTo(bytes.AsSpan(offset));
                        if (random.Next(4) == 0)
                        {
                            length = random.Next(length + 1);
                            file.SetLength(length);
                            Array.Resize(ref bytes, length);
                        }

                        if (random.Next(3) == 0)
                            file.SyncData();
                        model[path] = bytes;
                    }

                    break;
            }
        }

        return model;
    }

    private static byte[] Filled(byte value, int count)
    {
        byte[] bytes = new byte[count];
        bytes.AsSpan().Fill(value);
        return bytes;
    }
}
