using System.Text;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Snapshots;
using VectorStore.Engine.Tests.Collections;

namespace VectorStore.Engine.Tests.Snapshots;

/// <summary>Archives that leave out what another snapshot has.</summary>
public sealed class IncrementalArchiveTests : IAsyncLifetime
{
    private const int CrossDevice = 18;

    private readonly SimulatedFileSystem _disk = new(1);
    private readonly SimulatedFileSystem _otherDisk = new(2);
    private VectorDatabase _database = null!;
    private VectorDatabase _other = null!;
    private CollectionModel _model = null!;
    private SnapshotInfo _base = null!;
    private SnapshotInfo _next = null!;
    private byte[] _archive = null!;

    public async Task InitializeAsync()
    {
        _database = await VectorDatabase.OpenAsync("/data", TestData.QuietOptions() with { FileSystem = _disk });
        _other = await VectorDatabase.OpenAsync("/other", TestData.QuietOptions() with { FileSystem = _otherDisk });
        (var collection, _model) = await SnapshotTests.FilledAsync(_database);
        _base = await collection.CreateSnapshotAsync("monday");
        var vector = TestData.Vector(new Random(3));
        await collection.UpsertAsync([new Point(9_000, vector)]);
        _model.Upsert(9_000UL, vector, null);
        _next = await collection.CreateSnapshotAsync("tuesday");
        _archive = await ExportAsync(_database, "points", "tuesday", new SnapshotBase("monday"));
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Import_WhereTheBaseIs_IsWholeAndIndependent(bool hasLinks)
    {
        if (!hasLinks)
            _otherDisk.FailWhen(call => call.Kind == FileCallKind.Link, CrossDevice, FaultMode.Persistent);

        byte[] whole = await ExportAsync(_database, "points", "tuesday");
        Assert.True(_archive.Length < whole.Length * 2 / 3, $"{_archive.Length} of {whole.Length} bytes");
        Assert.Equal(_archive.Length, _database.GetSnapshot("points", "tuesday", new SnapshotBase("monday")).ArchiveBytes);
        var contents = HostileArchive.Parse(_archive);
        Assert.Equal(["BASE", "SNAPSHOT"], contents.Entries.Take(2).Select(entry => entry.Entry.Name));
        Assert.DoesNotContain(contents.Entries, entry => entry.Entry.Name.EndsWith("vectors-00.seg", StringComparison.Ordinal));
        Assert.Equal($"{_base.Checksum} monday\n", Encoding.ASCII.GetString(contents.Entries[0].Contents));

        await _other.ImportSnapshotAsync("copies", new MemoryStream(await ExportAsync(_database, "points", "monday")));
        Assert.Equivalent(_next, await _other.ImportSnapshotAsync("copies", new TrickleStream(_archive)));
        await _other.DeleteSnapshotAsync("copies", "monday");

        // Durable and whole, and its own base for the next.
        await using var reopened = await VectorDatabase.OpenAsync("/other", TestData.QuietOptions() with { FileSystem = _otherDisk.Crash() });
        Assert.Empty((await reopened.VerifySnapshotAsync("copies", "tuesday")).Problems);
        await _model.AssertSameAsync(await reopened.RestoreSnapshotAsync("copies", "tuesday", "points"), new Random(1), "imported");
        Assert.Equal(whole, await ExportAsync(reopened, "copies", "tuesday"));
    }

    [Fact]
    public async Task Archive_IsTheSameBytes_FromAnyByteOn_AndChangedWhereTheBaseIsAnother()
    {
        var random = new Random(4);
        for (int round = 0; round < 30; round++)
        {
            int offset = round < 5 ? round * 40 : random.Next(_archive.Length + 1);
            using var rest = new MemoryStream();
            await using (var stream = _database.OpenSnapshotArchive("points", "tuesday", offset, _next.Checksum, new SnapshotBase("monday", _base.Checksum)))
                await stream.CopyToAsync(rest);

            Assert.Equal(_archive[offset..], rest.ToArray());
        }

        Assert.Equal(ErrorReason.OutOfRange, Refused<InvalidRequestException>(() => _database.OpenSnapshotArchive("points", "tuesday", _archive.Length + 1, baseSnapshot: new SnapshotBase("monday"))));
        Assert.Equal(ErrorReason.InvalidName, Refused<InvalidRequestException>(() => _database.OpenSnapshotArchive("points", "tuesday", baseSnapshot: new SnapshotBase("tuesday"))));
        Assert.Equal(ErrorReason.InvalidName, Refused<InvalidRequestException>(() => _database.OpenSnapshotArchive("points", "tuesday", baseSnapshot: new SnapshotBase("../x"))));
        Assert.Equal(ErrorReason.SnapshotNotFound, Refused<DatabaseStateException>(() => _database.OpenSnapshotArchive("points", "tuesday", baseSnapshot: new SnapshotBase("sunday"))));
        await _database.DeleteSnapshotAsync("points", "monday");
        await _database.GetCollection("points").CreateSnapshotAsync("monday");
        Assert.Equal(ErrorReason.SnapshotChanged, Refused<DatabaseStateException>(() => _database.OpenSnapshotArchive("points", "tuesday", baseSnapshot: new SnapshotBase("monday", _base.Checksum))));

        static ErrorReason Refused<T>(Func<Stream> open)
            where T : VectorStoreException => Assert.Throws<T>(() => open()).Reason;
    }

    [Fact]
    public async Task Import_WithoutTheBase_OrWithAnother_NamesItAndBothChecksums_AndLeavesNothing()
    {
        var missing = await Assert.ThrowsAsync<DatabaseStateException>(() => _other.ImportSnapshotAsync("copies", new MemoryStream(_archive)));
        Assert.Equal(ErrorReason.SnapshotBaseMissing, missing.Reason);
        Assert.Equal($"the archive has only what snapshot 'monday' of collection 'copies' with checksum {_base.Checksum} has not; there is no snapshot 'monday' here", missing.Message);

        var collection = await _other.CreateCollectionAsync("copies", TestData.Config());
        var another = await collection.CreateSnapshotAsync("monday");
        var wrong = await Assert.ThrowsAsync<DatabaseStateException>(() => _other.ImportSnapshotAsync("copies", new MemoryStream(_archive)));
        Assert.Equal(ErrorReason.SnapshotBaseMissing, wrong.Reason);
        Assert.Contains($"'monday' of collection 'copies' with checksum {_base.Checksum}", wrong.Message, StringComparison.Ordinal);
        Assert.EndsWith($"the snapshot 'monday' here has checksum {another.Checksum}", wrong.Message, StringComparison.Ordinal);
        Assert.Equal("monday", Assert.Single(_otherDisk.ListDirectories("/other/snapshots/copies")));
    }

    [Fact]
    public async Task Import_WithADamagedBase_SaysThatIt_AndNotTheArchive_IsDamaged()
    {
        _otherDisk.FailWhen(call => call.Kind == FileCallKind.Link, CrossDevice, FaultMode.Persistent);
        await _other.ImportSnapshotAsync("copies", new MemoryStream(await ExportAsync(_database, "points", "monday")));
        foreach (string name in (string[])["segments/00000001/vectors-00.seg", "SNAPSHOT"])
        {
            string path = $"/other/snapshots/copies/monday/{name}";
            _otherDisk.FlipBits(path, 20, 1);
            var damaged = await Assert.ThrowsAsync<CorruptDataException>(() => _other.ImportSnapshotAsync("copies", new MemoryStream(_archive)));
            Assert.Equal((ErrorReason.SnapshotDamaged, path), (damaged.Reason, damaged.File));
            Assert.Equal("monday", Assert.Single(_otherDisk.ListDirectories("/other/snapshots/copies")));
            _otherDisk.FlipBits(path, 20, 1);
        }

        await _other.ImportSnapshotAsync("copies", new MemoryStream(_archive));
    }

    [Fact]
    public async Task Import_OfAForgedArchive_IsRefused_AndLeavesNothing()
    {
        await _other.ImportSnapshotAsync("copies", new MemoryStream(await ExportAsync(_database, "points", "monday")));
        Forge("expected BASE first", archive => archive.Entries.RemoveAt(0));
        Forge("expected SNAPSHOT first", archive => archive.Entries.RemoveAt(1));
        Forge("expected BASE first", archive => (archive.Entries[0], archive.Entries[1]) = (archive.Entries[1], archive.Entries[0]));
        Forge("at most 194 bytes, got 195", archive => archive.Replace(0, new byte[195]));
        Forge("at most 194 bytes", archive => archive.Entries[0] = (archive.Entries[0].Entry with { Length = SnapshotFormat.BytesMax }, archive.Entries[0].Contents));
        Forge("expected SHA-256", archive => archive.Entries[0].Contents[70] ^= 1);
        foreach (string text in (string[])["", "\n", $"{_base.Checksum} \n", $"{_base.Checksum}", $"{_base.Checksum} monday", $"{_base.Checksum} ../monday\n", $"{_base.Checksum} .monday\n", $"{_base.Checksum} mon\nday\n", $"{_base.Checksum.ToUpperInvariant()} monday\n"])
            Forge("does not name its base", archive => archive.Replace(0, Encoding.ASCII.GetBytes(text)));

        // Of what the base has not, one is left out; of what it has, one is there; the header lies.
        Forge("expected", archive => archive.Entries.RemoveAt(archive.IndexOf(".wal")));
        Forge("entries, the archive says", archive => archive.Header = archive.Header with { Entries = archive.Header.Entries - 1 }, fits: false);
        Forge("bytes of contents, the archive says", archive => archive.Header = archive.Header with { ContentBytes = archive.Header.ContentBytes + 1 }, fits: false);
        Forge("BASE", archive => archive.Header = archive.Header with { Version = 1 });

        await _other.ImportSnapshotAsync("copies", new MemoryStream(HostileArchive.Parse(_archive).ToBytes()));

        void Forge(string why, Action<HostileArchive> change, bool fits = true)
        {
            var archive = HostileArchive.Parse(_archive);
            change(archive);
            if (fits)
                archive.Header = archive.Header with { Entries = archive.Entries.Count, ContentBytes = Math.Min(SnapshotFormat.BytesMax, archive.Entries.Sum(entry => entry.Contents.LongLength)) };

            var refused = Assert.Throws<CorruptDataException>(() => _other.ImportSnapshotAsync("copies", new MemoryStream(archive.ToBytes())).GetAwaiter().GetResult());
            Assert.Equal(ErrorReason.InvalidArchive, refused.Reason);
            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
            Assert.Equal("monday", Assert.Single(_otherDisk.ListDirectories("/other/snapshots/copies")));
        }
    }

    [Fact]
    public async Task Import_CutAtAnyByte_LeavesNothing()
    {
        await _other.ImportSnapshotAsync("copies", new MemoryStream(await ExportAsync(_database, "points", "monday")));
        var random = new Random(6);
        for (int round = 0; round < 40; round++)
        {
            int length = round < 20 ? round * 17 : random.Next(_archive.Length);
            var cut = await Assert.ThrowsAsync<CorruptDataException>(() => _other.ImportSnapshotAsync("copies", new MemoryStream(_archive[..length])));
            Assert.Equal(ErrorReason.InvalidArchive, cut.Reason);
        }

        Assert.Equal("monday", Assert.Single(_otherDisk.ListDirectories("/other/snapshots/copies")));
    }

    [Fact]
    public async Task Archive_OfTheWholeDatabase_AgainstABase_IsWholeElsewhere()
    {
        await _database.CreateSnapshotAsync("one");
        await _database.GetCollection("points").DeleteAsync([9_000UL]);
        _model.Points.Remove(9_000UL);
        var two = await _database.CreateSnapshotAsync("two");
        byte[] archive = await ExportAsync(_database, VectorDatabase.WholeDatabase, "two", new SnapshotBase("one"));
        byte[] whole = await ExportAsync(_database, VectorDatabase.WholeDatabase, "two");
        Assert.True(archive.Length < whole.Length * 2 / 3, $"{archive.Length} of {whole.Length} bytes");
        await _other.ImportSnapshotAsync(VectorDatabase.WholeDatabase, new MemoryStream(await ExportAsync(_database, VectorDatabase.WholeDatabase, "one")));
        Assert.Equivalent(two, await _other.ImportSnapshotAsync(VectorDatabase.WholeDatabase, new MemoryStream(archive)));
        await _other.DeleteSnapshotAsync(VectorDatabase.WholeDatabase, "one");
        await _model.AssertSameAsync(Assert.Single(await _other.RestoreDatabaseSnapshotAsync("two")), new Random(1), "restored");
        Assert.Equal(whole, await ExportAsync(_other, VectorDatabase.WholeDatabase, "two"));
    }

    private static async Task<byte[]> ExportAsync(VectorDatabase database, string collection, string snapshot, SnapshotBase? baseSnapshot = null)
    {
        using var archive = new MemoryStream();
        await database.ExportSnapshotAsync(collection, snapshot, archive, baseSnapshot);
        return archive.ToArray();
    }
}
