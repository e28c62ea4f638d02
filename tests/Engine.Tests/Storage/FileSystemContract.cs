using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Tests.Storage;

/// <summary>What every file system owes the engine. The simulated one must pass the same tests as the real one, or its crashes prove nothing.</summary>
public abstract class FileSystemContract
{
    private const int NoSuchEntry = 2;
    private const int BadDescriptor = 9;
    private const int FileExistsAlready = 17;
    private const int NotADirectory = 20;
    private const int IsADirectory = 21;

    internal abstract IFileSystem FileSystem { get; }

    /// <summary>An empty directory of this test.</summary>
    internal abstract string Root { get; }

    [Fact]
    public void CreateFile_WhereThereIsNone_MakesAnEmptyOne()
    {
        using var file = FileSystem.CreateFile($"{Root}/a");
        Assert.Equal(0, file.Length);
        Assert.Equal($"{Root}/a", file.Path);
        Assert.True(FileSystem.FileExists($"{Root}/a"));
        Assert.False(FileSystem.DirectoryExists($"{Root}/a"));
    }

    [Fact]
    public void CreateFile_WhereThereIsOne_FailsAndLeavesIt()
    {
        Put("a", [1, 2, 3]);
        AssertErrno(FileExistsAlready, () => FileSystem.CreateFile($"{Root}/a"));
        Assert.Equal([1, 2, 3], Get("a"));
    }

    [Fact]
    public void CreateFile_InAMissingDirectory_Fails() => AssertErrno(NoSuchEntry, () => FileSystem.CreateFile($"{Root}/missing/a"));

    [Fact]
    public void CreateFile_BelowAFile_Fails()
    {
        Put("a", []);
        AssertErrno(NotADirectory, () => FileSystem.CreateFile($"{Root}/a/b"));
        Assert.False(FileSystem.FileExists($"{Root}/a/b"));
        Assert.False(FileSystem.DirectoryExists($"{Root}/a/b"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OpenFile_WhereThereIsNone_FailsAndMakesNone(bool isForWriting)
    {
        AssertErrno(NoSuchEntry, () => FileSystem.OpenFile($"{Root}/a", isForWriting ? FileAccessMode.ReadWrite : FileAccessMode.Read));
        Assert.Empty(FileSystem.ListFiles(Root));
    }

    [Fact]
    public void Write_ToAFileOpenedForReading_Fails()
    {
        Put("a", [1]);
        using var file = FileSystem.OpenFile($"{Root}/a", FileAccessMode.Read);
        AssertErrno(BadDescriptor, () => file.Write([2], 0));
        Assert.Equal([1], Get("a"));
    }

    [Fact]
    public void Write_BeyondTheEnd_LeavesZerosBetween()
    {
        using var file = FileSystem.CreateFile($"{Root}/a");
        file.Write([7], 10_000);
        Assert.Equal(10_001, file.Length);

        byte[] bytes = Get("a");
        Assert.True(bytes.AsSpan(0, 10_000).IndexOfAnyExcept((byte)0) < 0);
        Assert.Equal(7, bytes[10_000]);
    }

    [Fact]
    public void Read_AcrossTheEnd_GivesWhatThereIs()
    {
        Put("a", [1, 2, 3]);
        using var file = FileSystem.OpenFile($"{Root}/a", FileAccessMode.Read);
        byte[] buffer = new byte[8];
        Assert.Equal(2, file.Read(buffer, 1));
        Assert.Equal([2, 3, 0], buffer[..3]);
        Assert.Equal(0, file.Read(buffer, 3));
        Assert.Equal(0, file.Read(buffer, 1_000_000));
        Assert.Equal(0, file.Read([], 0));
    }

    [Fact]
    public void WritesAndLengths_AtRandom_ReadBackAsAModelSays()
    {
        const int Seed = 17;
        var random = new Random(Seed);
        using var file = FileSystem.CreateFile($"{Root}/a");
        byte[] model = [];
        for (int step = 0; step < 400; step++)
        {
            switch (random.Next(8))
            {
                case 0:
                    int length = random.Next(30_000);
                    file.SetLength(length);
                    Array.Resize(ref model, length);
                    break;
                case 1:
                    int reserved = random.Next(1, 30_000);
                    file.Preallocate(reserved);
                    Array.Resize(ref model, Math.Max(model.Length, reserved));
                    break;
                case 2:
                    file.SyncData();
                    break;
                default:
                    byte[] data = new byte[random.Next(6000)];
                    random.NextBytes(data);
                    int offset = random.Next(20_000);
                    file.Write(data, offset);
                    if (data.Length > 0)
                        Array.Resize(ref model, Math.Max(model.Length, offset + data.Length));
                    data.CopyTo(model.AsSpan(Math.Min(offset, model.Length)));
                    break;
            }

            Assert.True(model.Length == file.Length, $"seed {Seed} step {step}: length {file.Length}, expected {model.Length}");
            Assert.True(model.AsSpan().SequenceEqual(Get("a")), $"seed {Seed} step {step}: other bytes");
        }
    }

    [Fact]
    public void Preallocate_BelowTheLength_ChangesNothing()
    {
        Put("a", [1, 2, 3]);
        using var file = FileSystem.OpenFile($"{Root}/a", FileAccessMode.ReadWrite);
        file.Preallocate(2);
        file.Preallocate(0);
        Assert.Equal([1, 2, 3], Get("a"));
    }

    [Fact]
    public void SetLength_ShorterAndLongerAgain_GivesZeros()
    {
        Put("a", [1, 2, 3, 4]);
        using var file = FileSystem.OpenFile($"{Root}/a", FileAccessMode.ReadWrite);
        file.SetLength(2);
        file.SetLength(4);
        Assert.Equal([1, 2, 0, 0], Get("a"));
    }

    [Fact]
    public void Lists_OfADirectory_AreSortedAndOfOneKind()
    {
        foreach (string name in new[] { "b", "a", "B", "c.tmp" })
            Put(name, []);
        FileSystem.CreateDirectory($"{Root}/z");
        FileSystem.CreateDirectory($"{Root}/.y");

        Assert.Equal(["B", "a", "b", "c.tmp"], FileSystem.ListFiles(Root));
        Assert.Equal([".y", "z"], FileSystem.ListDirectories(Root));
    }

    [Fact]
    public void Lists_OfAMissingDirectory_Fail()
    {
        AssertErrno(NoSuchEntry, () => FileSystem.ListFiles($"{Root}/missing"));
        AssertErrno(NoSuchEntry, () => FileSystem.ListDirectories($"{Root}/missing"));
    }

    [Fact]
    public void CreateDirectory_Twice_DoesNothing()
    {
        FileSystem.CreateDirectory($"{Root}/d");
        Put("d/a", [1]);
        FileSystem.CreateDirectory($"{Root}/d");
        Assert.Equal([1], Get("d/a"));
    }

    [Fact]
    public void CreateDirectory_OverAFileOrWithoutAParent_Fails()
    {
        Put("a", [1]);
        AssertErrno(FileExistsAlready, () => FileSystem.CreateDirectory($"{Root}/a"));
        AssertErrno(NoSuchEntry, () => FileSystem.CreateDirectory($"{Root}/x/y"));
    }

    [Fact]
    public void CreateDirectoryDurably_WithMissingParents_MakesThemAll()
    {
        FileSystem.CreateDirectoryDurably($"{Root}/x/y/z");
        Assert.True(FileSystem.DirectoryExists($"{Root}/x/y/z"));
        FileSystem.CreateDirectoryDurably($"{Root}/x/y/z");
    }

    [Fact]
    public void DeleteFile_ThenAgain_FailsTheSecondTime()
    {
        Put("a", [1]);
        FileSystem.DeleteFile($"{Root}/a");
        Assert.False(FileSystem.FileExists($"{Root}/a"));
        AssertErrno(NoSuchEntry, () => FileSystem.DeleteFile($"{Root}/a"));
    }

    [Fact]
    public void DeleteFile_OfADirectory_Fails()
    {
        FileSystem.CreateDirectory($"{Root}/d");
        AssertErrno(IsADirectory, () => FileSystem.DeleteFile($"{Root}/d"));
    }

    [Fact]
    public void DeleteFile_WhileItIsOpen_LeavesItReadable()
    {
        Put("a", [1, 2]);
        using var file = FileSystem.OpenFile($"{Root}/a", FileAccessMode.Read);
        FileSystem.DeleteFile($"{Root}/a");
        byte[] buffer = new byte[2];
        Assert.Equal(2, file.Read(buffer, 0));
        Assert.Equal([1, 2], buffer);
    }

    [Fact]
    public void DeleteDirectory_WithContents_RemovesThemAll()
    {
        FileSystem.CreateDirectory($"{Root}/d");
        FileSystem.CreateDirectory($"{Root}/d/e");
        Put("d/a", [1]);
        Put("d/e/b", [2]);
        FileSystem.DeleteDirectory($"{Root}/d");
        Assert.False(FileSystem.DirectoryExists($"{Root}/d"));
        AssertErrno(NoSuchEntry, () => FileSystem.DeleteDirectory($"{Root}/d"));
    }

    [Fact]
    public void Rename_OverAFile_ReplacesIt()
    {
        Put("a", [1]);
        Put("b", [2]);
        FileSystem.Rename($"{Root}/a", $"{Root}/b");
        Assert.Equal(["b"], FileSystem.ListFiles(Root));
        Assert.Equal([1], Get("b"));
    }

    [Fact]
    public void Rename_OfADirectory_TakesItsContentsAlong()
    {
        FileSystem.CreateDirectory($"{Root}/d");
        Put("d/a", [1]);
        FileSystem.Rename($"{Root}/d", $"{Root}/e");
        Assert.False(FileSystem.DirectoryExists($"{Root}/d"));
        Assert.Equal([1], Get("e/a"));
    }

    [Fact]
    public void Rename_OfNothingOrBetweenKinds_Fails()
    {
        Put("a", [1]);
        FileSystem.CreateDirectory($"{Root}/d");
        AssertErrno(NoSuchEntry, () => FileSystem.Rename($"{Root}/missing", $"{Root}/b"));
        AssertErrno(IsADirectory, () => FileSystem.Rename($"{Root}/a", $"{Root}/d"));
        AssertErrno(NotADirectory, () => FileSystem.Rename($"{Root}/d", $"{Root}/a"));
        Assert.Equal([1], Get("a"));
    }

    [Fact]
    public void SyncDirectory_OfAMissingOne_Fails()
    {
        FileSystem.SyncDirectory(Root);
        AssertErrno(NoSuchEntry, () => FileSystem.SyncDirectory($"{Root}/missing"));
    }

    [Fact]
    public void TryLock_WhileHeld_GivesNullUntilItIsGivenBack()
    {
        using (var first = FileSystem.TryLock($"{Root}/LOCK"))
        {
            Assert.NotNull(first);
            Assert.Null(FileSystem.TryLock($"{Root}/LOCK"));
            first.Dispose();
            using var second = FileSystem.TryLock($"{Root}/LOCK");
            Assert.NotNull(second);

            // Giving back twice must not give away what somebody else holds now.
            first.Dispose();
            Assert.Null(FileSystem.TryLock($"{Root}/LOCK"));
        }
    }

    [Fact]
    public void FreeBytes_OfADirectory_IsPositive()
    {
        Assert.True(FileSystem.FreeBytes(Root) > 0);
        AssertErrno(NoSuchEntry, () => FileSystem.FreeBytes($"{Root}/missing"));
    }

    [Fact]
    public void File_AfterDisposal_RefusesEveryCall()
    {
        var file = FileSystem.CreateFile($"{Root}/a");
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Length);
        Assert.Throws<ObjectDisposedException>(() => file.Read(new byte[1], 0));
        Assert.Throws<ObjectDisposedException>(() => file.Write([1], 0));
        Assert.Throws<ObjectDisposedException>(file.SyncData);
        Assert.Throws<ObjectDisposedException>(() => file.SetLength(1));
        Assert.Throws<ObjectDisposedException>(() => file.Preallocate(1));
    }

    [Fact]
    public void ReadsAndWrites_FromManyThreads_DoNotDisturbEachOther()
    {
        const int BlockBytes = 4096;
        using var file = FileSystem.CreateFile($"{Root}/a");
        Parallel.For(0, 64, block =>
        {
            byte[] data = new byte[BlockBytes];
            data.AsSpan().Fill((byte)(block + 1));
            file.Write(data, (long)block * BlockBytes);
            byte[] read = new byte[BlockBytes];
            Assert.Equal(BlockBytes, file.Read(read, (long)block * BlockBytes));
            Assert.Equal(data, read);
        });
        Assert.Equal(64 * BlockBytes, file.Length);
    }

    [Fact]
    public void Link_OfAFile_GivesItASecondNameThatOutlivesTheFirst()
    {
        FileSystem.CreateDirectory($"{Root}/d");
        Put("a", [1, 2, 3]);
        FileSystem.Link($"{Root}/a", $"{Root}/d/b");
        Assert.Equal([1, 2, 3], Get("d/b"));
        using (var file = FileSystem.OpenFile($"{Root}/a", FileAccessMode.ReadWrite))
            file.Write([9], 0);

        Assert.Equal([9, 2, 3], Get("d/b"));
        FileSystem.DeleteFile($"{Root}/a");
        Assert.Equal([9, 2, 3], Get("d/b"));
        FileSystem.DeleteDirectory($"{Root}/d");
        Assert.False(FileSystem.FileExists($"{Root}/d/b"));
    }

    [Fact]
    public void Link_ToATakenName_FailsAndLeavesIt()
    {
        Put("a", [1]);
        Put("b", [2]);
        FileSystem.CreateDirectory($"{Root}/d");
        AssertErrno(FileExistsAlready, () => FileSystem.Link($"{Root}/a", $"{Root}/b"));
        AssertErrno(FileExistsAlready, () => FileSystem.Link($"{Root}/a", $"{Root}/d"));
        AssertErrno(FileExistsAlready, () => FileSystem.Link($"{Root}/a", $"{Root}/a"));
        Assert.Equal([2], Get("b"));
    }

    [Fact]
    public void Link_OfWhatCannotBeLinked_Fails()
    {
        const int NotPermitted = 1;
        Put("a", [1]);
        FileSystem.CreateDirectory($"{Root}/d");
        AssertErrno(NoSuchEntry, () => FileSystem.Link($"{Root}/missing", $"{Root}/b"));
        AssertErrno(NoSuchEntry, () => FileSystem.Link($"{Root}/a", $"{Root}/missing/b"));
        AssertErrno(NotADirectory, () => FileSystem.Link($"{Root}/a", $"{Root}/a/b"));
        AssertErrno(NotPermitted, () => FileSystem.Link($"{Root}/d", $"{Root}/e"));
    }

    [Fact]
    public void LinkOrCopy_OnOneFileSystem_Links()
    {
        Put("a", [1, 2]);
        Assert.True(FileSystem.LinkOrCopy($"{Root}/a", $"{Root}/b", CancellationToken.None));
        Assert.Equal([1, 2], Get("b"));
    }

    [Fact]
    public void ReadAllBytes_OfALongerFileThanExpected_ReportsDamage()
    {
        Put("a", new byte[11]);
        Assert.Equal(11, FileSystem.ReadAllBytes($"{Root}/a", 11).Length);
        var exception = Assert.Throws<CorruptDataException>(() => FileSystem.ReadAllBytes($"{Root}/a", 10));
        Assert.Equal($"{Root}/a", exception.File);
    }

    [Fact]
    public void WriteAtomically_OverOldContentsAndALeftover_LeavesOnlyTheNew()
    {
        FileSystem.WriteAtomically($"{Root}/a", [1]);
        Put("a.tmp", new byte[100]);
        FileSystem.WriteAtomically($"{Root}/a", [2, 3]);
        Assert.Equal([2, 3], Get("a"));
        Assert.Equal(["a"], FileSystem.ListFiles(Root));
    }

    internal static void AssertErrno(int errno, Action call)
    {
        var exception = Assert.Throws<StorageException>(call);
        Assert.Equal(errno, exception.Errno);
        Assert.NotEmpty(exception.Path);
    }

    private void Put(string name, byte[] bytes)
    {
        using var file = FileSystem.CreateFile($"{Root}/{name}");
        file.Write(bytes, 0);
    }

    private byte[] Get(string name) => FileSystem.ReadAllBytes($"{Root}/{name}", 1 << 20);
}
