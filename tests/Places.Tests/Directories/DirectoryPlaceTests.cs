using VectorStore.Engine;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;
using VectorStore.Places.Directories;
using VectorStore.Places.Tests.Support;

namespace VectorStore.Places.Tests.Directories;

/// <summary>A directory as a place, on a real disk and on one whose power is cut at any call.</summary>
public sealed class DirectoryPlaceTests : IDisposable
{
    private const string Root = "/backups";
    private const int SeedsPerCall = 20;
    private const int CallsMax = 40;

    private readonly string _directory = Directory.CreateTempSubdirectory("vectorstore-places-").FullName;

    private static byte[] Old { get; } = Archives.Bytes(5_000);

    private static byte[] New { get; } = Archives.Bytes(7_000, seed: 2);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task WhatIsPut_WithoutKnowingHowLongItIs_IsThere()
    {
        var disk = new SimulatedFileSystem(1);
        disk.CreateDirectory(Root);
        using var place = new DirectoryPlace(Root, disk);
        Assert.Equal(Old.Length, (await place.PutAsync(Archives.Key, new MemoryStream(Old), ArchiveLength.AtMost(Old.Length + 1))).Bytes);
        Assert.Equal(Old, await place.ReadAsync(Archives.Key));
        Assert.Equal(New.Length, (await place.PutAsync(Archives.Key, new MemoryStream(New), ArchiveLength.AtMost(New.Length), overwrite: true)).Bytes);
        Assert.Equal(PlaceErrorReason.WrongLength, await Archives.RefusedAsync(() => place.PutAsync("films/other.vssnap", new MemoryStream(Old), ArchiveLength.AtMost(Old.Length - 1))));
        Assert.Equal(PlaceErrorReason.WrongLength, await Archives.RefusedAsync(() => place.PutAsync("films/other.vssnap", new MemoryStream(), ArchiveLength.AtMost(10))));
        Assert.Equal(New, await place.ReadAsync(Archives.Key));
        Assert.Equal(Archives.Key, Assert.Single(await place.ListAsync()).Key);
    }

    [Fact]
    public void Keys_OfTheWholeDatabase_AreOfNoCollection()
    {
        Assert.Equal("daily.vssnap", ArchiveKey.Of("*", "daily"));
        Assert.True(ArchiveKey.IsOf("*", "daily.vssnap") && ArchiveKey.IsOf("films", Archives.Key));
        Assert.False(ArchiveKey.IsOf("*", Archives.Key) || ArchiveKey.IsOf("films", "daily.vssnap") || ArchiveKey.IsOf("film", Archives.Key));
    }

    [Fact]
    public async Task WhatIsPut_IsThere()
    {
        using var place = SnapshotPlaces.Open(_directory + "/");
        byte[] bytes = Archives.Bytes(3_000_000);
        Assert.Equal(_directory, place.Address);
        var put = await place.PutAsync(Archives.Key, bytes);
        Assert.Equal(put, Assert.Single(await place.ListAsync("films/")));
        Assert.Equal((Archives.Key, 3_000_000L), (put.Key, put.Bytes));
        Assert.NotNull(put.StoredAt);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(_directory, Archives.Key)));
        Assert.Equal(bytes, await place.ReadAsync(Archives.Key));
        Assert.Equal(bytes[1_500_000..], await place.ReadAsync(Archives.Key, 1_500_000));
        Assert.Equal(PlaceErrorReason.OutOfRange, await Archives.RefusedAsync(() => place.ReadAsync(Archives.Key, 3_000_001)));

        await place.PutAsync("books/daily.vssnap", [1]);
        await File.WriteAllBytesAsync(Path.Combine(_directory, "films", ".left.unfinished"), [1]);
        await File.WriteAllBytesAsync(Path.Combine(_directory, "films", "notes.txt"), [1]);
        Assert.Equal(["books/daily.vssnap", Archives.Key], (await place.ListAsync()).Select(archive => archive.Key));
        Assert.Empty(await place.ListAsync("music/"));
        await place.DeleteAsync(Archives.Key);
        Assert.Equal(PlaceErrorReason.ArchiveNotFound, await Archives.RefusedAsync(() => place.DeleteAsync(Archives.Key)));
        Assert.Equal(PlaceErrorReason.ArchiveNotFound, await Archives.RefusedAsync(() => place.ReadAsync(Archives.Key)));
    }

    [Fact]
    public async Task AnArchive_IsNotReplacedUnlessOneSaysSo()
    {
        using var place = SnapshotPlaces.Open(_directory);
        await place.PutAsync(Archives.Key, Old);
        var refused = await Assert.ThrowsAsync<PlaceException>(() => place.PutAsync(Archives.Key, New));
        Assert.Equal((PlaceErrorReason.ArchiveAlreadyExists, $"there is an archive {_directory}/{Archives.Key} already"), (refused.Reason, refused.Message));
        Assert.Equal(Old, await place.ReadAsync(Archives.Key));
        await place.PutAsync(Archives.Key, New, overwrite: true);
        Assert.Equal(New, await place.ReadAsync(Archives.Key));
        Assert.Single(Directory.EnumerateFiles(Path.Combine(_directory, "films")));
    }

    /// <summary>The other one is there after the first look, and before the name is given.</summary>
    [Fact]
    public async Task WhoeverIsSecond_IsRefused()
    {
        using var place = SnapshotPlaces.Open(_directory);
        using var other = SnapshotPlaces.Open(_directory);
        var late = new TrippingStream(New, () => other.PutAsync(Archives.Key, Old).GetAwaiter().GetResult());
        Assert.Equal(PlaceErrorReason.ArchiveAlreadyExists, await Archives.RefusedAsync(() => place.PutAsync(Archives.Key, late, New.Length)));
        Assert.Equal(Old, await place.ReadAsync(Archives.Key));
        Assert.Single(Directory.EnumerateFiles(Path.Combine(_directory, "films")));
    }

    [Fact]
    public async Task AnArchiveThatCannotBeRead_LeavesNothing()
    {
        using var place = SnapshotPlaces.Open(_directory);
        await Assert.ThrowsAsync<InvalidDataException>(() => place.PutAsync(Archives.Key, new TrippingStream(Old, () => throw new InvalidDataException("tripped")), 6_000));
        foreach (int said in (int[])[4_999, 5_001])
            Assert.Equal(PlaceErrorReason.WrongLength, await Archives.RefusedAsync(() => place.PutAsync(Archives.Key, new MemoryStream(Old), said)));

        Assert.Empty(Directory.EnumerateFiles(_directory, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task ADirectoryThatIsNotThere_IsNamed_AndNotMade()
    {
        using var place = SnapshotPlaces.Open(_directory + "/nowhere");
        foreach (var call in (Func<Task>[])[() => place.ListAsync(), () => place.ReadAsync(Archives.Key), () => place.PutAsync(Archives.Key, Old), () => place.DeleteAsync(Archives.Key)])
        {
            var refused = await Assert.ThrowsAsync<PlaceException>(call);
            Assert.Equal((PlaceErrorReason.PlaceNotFound, $"there is no directory {_directory}/nowhere"), (refused.Reason, refused.Message));
        }

        Assert.False(Directory.Exists(_directory + "/nowhere"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Put_WithPowerLossAtAnyCall_IsWholeOrAbsent(bool overwrite)
    {
        bool isFinished = false;
        int call = 1;
        for (; !isFinished && call < CallsMax; call++)
        {
            for (int seed = 0; seed < SeedsPerCall; seed++)
            {
                var disk = await DiskAsync(seed, hasOld: overwrite);
                disk.CrashAtCall(disk.MutatingCalls + call);
                isFinished = await TryPutAsync(disk, overwrite);
                byte[]? found = Found(disk.Crash());
                if (isFinished)
                    Assert.Equal(New, found);
                else if (found is not null)
                    Assert.True(found.AsSpan().SequenceEqual(New) || (overwrite && found.AsSpan().SequenceEqual(Old)), $"call {call} seed {seed}: {found.Length} bytes that nobody put");
                else
                    Assert.False(overwrite, $"call {call} seed {seed}: the old archive is gone");
            }
        }

        Assert.True(isFinished);
        Assert.InRange(call, 8, CallsMax - 1);
    }

    [Theory]
    [InlineData(StorageException.ErrnoIo)]
    [InlineData(StorageException.ErrnoNoSpace)]
    public async Task Put_WithAnErrorAtAnyCall_IsAnError_AndCanBeRepeated(int errno)
    {
        for (int call = 1; call < 12; call++)
        {
            var disk = await DiskAsync(seed: call, hasOld: false);
            disk.FailCall(disk.MutatingCalls + call, errno);
            bool isDone;
            try
            {
                isDone = await TryPutAsync(disk, overwrite: false);
            }
            catch (StorageException failed)
            {
                Assert.Equal(errno, failed.Errno);
                isDone = false;
            }

            disk.ClearFaults();
            if (!isDone && Found(disk) is null)
                Assert.True(await TryPutAsync(disk, overwrite: false));

            Assert.Equal(New, Found(disk));
        }
    }

    /// <summary>The suite is worth something only if it sees the bugs it is there for.</summary>
    [Theory]
    [InlineData("the file")]
    [InlineData("the directory")]
    public async Task Put_WithoutOneOfItsSyncs_IsCaught(string unsynced)
    {
        bool isCaught = false;
        for (int seed = 0; seed < 100 && !isCaught; seed++)
        {
            var disk = await DiskAsync(seed, hasOld: false);
            if (unsynced == "the file")
                disk.IgnoreFileSync(path => path.EndsWith(".unfinished", StringComparison.Ordinal));
            else
                disk.IgnoreDirectorySync(path => path == Root + "/films");

            Assert.True(await TryPutAsync(disk, overwrite: false));
            isCaught = Found(disk.Crash()) is not { } found || !found.AsSpan().SequenceEqual(New);
        }

        Assert.True(isCaught);
    }

    private static async Task<SimulatedFileSystem> DiskAsync(int seed, bool hasOld)
    {
        var disk = new SimulatedFileSystem(seed);
        disk.CreateDirectoryDurably(Root);
        if (hasOld)
            await new DirectoryPlace(Root, disk).PutAsync(Archives.Key, Old);

        return disk;
    }

    private static async Task<bool> TryPutAsync(SimulatedFileSystem disk, bool overwrite)
    {
        try
        {
            await new DirectoryPlace(Root, disk).PutAsync(Archives.Key, New, overwrite);
            return true;
        }
        catch (SimulatedCrashException)
        {
            return false;
        }
    }

    private static byte[]? Found(SimulatedFileSystem disk) => disk.FileExists($"{Root}/{Archives.Key}") ? disk.LiveBytes($"{Root}/{Archives.Key}") : null;
}
