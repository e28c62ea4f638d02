using System.Buffers.Binary;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Snapshots;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Tests.Collections;

namespace VectorStore.Engine.Tests.Snapshots;

/// <summary>Snapshots sent through a stream; and everything else that a stream may hold.</summary>
public sealed class SnapshotArchiveTests : ArchiveFixture
{
    [Fact]
    public async Task Import_OfAnExport_InAnotherDatabase_IsTheSameSnapshot()
    {
        var disk = new SimulatedFileSystem(2);
        await using (var other = await VectorDatabase.OpenAsync("/other", TestData.QuietOptions() with { FileSystem = disk }))
        {
            var imported = await other.ImportSnapshotAsync("copies", new TrickleStream(Archive));
            Assert.Equivalent(Assert.Single(Database.ListSnapshots("points")), imported);
        }

        // Durable, though nobody closed anything behind it.
        await using var reopened = await VectorDatabase.OpenAsync("/other", TestData.QuietOptions() with { FileSystem = disk.Crash() });
        Assert.Empty((await reopened.VerifySnapshotAsync("copies", "daily")).Problems);
        await Model.AssertSameAsync(await reopened.RestoreSnapshotAsync("copies", "daily", "points"), new Random(1), "imported");

        using var again = new MemoryStream();
        await reopened.ExportSnapshotAsync("copies", "daily", again);
        Assert.Equal(Archive, again.ToArray());
    }

    [Fact]
    public async Task Import_OfATakenName_IsRefusedBeforeTheFilesAreRead()
    {
        using var source = new MemoryStream(Archive);
        var taken = await Assert.ThrowsAsync<DatabaseStateException>(() => Database.ImportSnapshotAsync("points", source));
        Assert.Equal(ErrorReason.SnapshotAlreadyExists, taken.Reason);
        Assert.True(source.Position < Archive.Length / 2, $"{source.Position} of {Archive.Length} bytes were read");
        AssertNothingLeft();
    }

    [Fact]
    public async Task Import_UnderANameThatTheArchiveMustHave_IsRefusedWhereItHasAnother()
    {
        using var source = new MemoryStream(Archive);
        var other = await Assert.ThrowsAsync<InvalidRequestException>(() => Database.ImportSnapshotAsync("copies", "weekly", source));
        Assert.Equal((ErrorReason.InvalidName, "snapshot"), (other.Reason, other.Field));
        Assert.Contains("expected the archive of 'weekly', got that of 'daily'", other.Message, StringComparison.Ordinal);
        Assert.True(source.Position < Archive.Length / 2, $"{source.Position} of {Archive.Length} bytes were read");
        AssertNothingLeft();

        using var unread = new MemoryStream(Archive);
        Assert.Equal(ErrorReason.SnapshotAlreadyExists, (await Assert.ThrowsAsync<DatabaseStateException>(() => Database.ImportSnapshotAsync("points", "daily", unread))).Reason);
        Assert.Equal(0, unread.Position);
        source.Position = 0;
        Assert.Equal("daily", (await Database.ImportSnapshotAsync("copies", "daily", source)).Name);
    }

    [Fact]
    public async Task Import_WithoutRoom_IsRefusedBeforeAnythingIsWritten()
    {
        Disk.CapacityBytes = 1;
        var full = await Assert.ThrowsAsync<StorageException>(() => Database.ImportSnapshotAsync("copies", new MemoryStream(Archive)));
        Assert.Equal(ErrorReason.StorageFull, full.Reason);
        Disk.CapacityBytes = null;
        AssertNothingLeft();
    }

    [Fact]
    public async Task Import_Cancelled_LeavesNothing()
    {
        using var stop = new CancellationTokenSource();
        using var source = new TrickleStream(Archive) { AfterReads = (40, stop.Cancel) };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Database.ImportSnapshotAsync("copies", source, stop.Token));
        AssertNothingLeft();
    }

    [Fact]
    public async Task Export_OfADamagedSnapshot_FailsAndNamesTheFile()
    {
        string path = "/data/snapshots/points/daily/CURRENT";
        Disk.FlipBits(path, 3, 1);
        var damaged = await Assert.ThrowsAsync<CorruptDataException>(() => Database.ExportSnapshotAsync("points", "daily", new MemoryStream()));
        Assert.Equal((ErrorReason.SnapshotDamaged, path), (damaged.Reason, damaged.File));
    }

    [Fact]
    public async Task Archive_ReadFromAnyOffset_IsTheRestOfTheExport()
    {
        var info = Database.GetSnapshot("points", "daily");
        Assert.Equal(Archive.Length, info.ArchiveBytes);
        var random = new Random(3);
        for (int round = 0; round < 300; round++)
        {
            int offset = round < 200 ? round : random.Next(Archive.Length + 1);
            await using var stream = Database.OpenSnapshotArchive("points", "daily", offset, info.Checksum);
            using var rest = new MemoryStream();
            await stream.CopyToAsync(rest, 1 + random.Next(5_000));
            Assert.True(Archive.AsSpan(offset).SequenceEqual(rest.ToArray()), $"from {offset}");
        }

        foreach (long offset in (long[])[-1, Archive.Length + 1])
        {
            var refused = Assert.Throws<InvalidRequestException>(() => Database.OpenSnapshotArchive("points", "daily", offset));
            Assert.Equal((ErrorReason.OutOfRange, "offsetBytes"), (refused.Reason, refused.Field));
            Assert.Contains($"0 to {Archive.Length}", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Archive_OfASnapshotThatIsDeletedOrMadeAnewMeanwhile_SaysSo()
    {
        var info = Database.GetSnapshot("points", "daily");
        await using (var stream = Database.OpenSnapshotArchive("points", "daily"))
        {
            await stream.ReadExactlyAsync(new byte[100]);

            // Nobody waits for a reader.
            await Database.DeleteSnapshotAsync("points", "daily");
            var gone = await Assert.ThrowsAsync<DatabaseStateException>(() => stream.CopyToAsync(Stream.Null));
            Assert.Equal(ErrorReason.SnapshotNotFound, gone.Reason);
        }

        await Database.GetCollection("points").UpsertAsync([new Point(1, new float[TestData.Dimension])]);
        await Database.GetCollection("points").CreateSnapshotAsync("daily");
        var changed = Assert.Throws<DatabaseStateException>(() => Database.OpenSnapshotArchive("points", "daily", 100, info.Checksum));
        Assert.Equal(ErrorReason.SnapshotChanged, changed.Reason);
        Assert.Contains(info.Checksum, changed.Message, StringComparison.Ordinal);

        await using (var stream = Database.OpenSnapshotArchive("points", "daily"))
        {
            await stream.ReadExactlyAsync(new byte[100]);
            await Database.DeleteSnapshotAsync("points", "daily");
            await Database.GetCollection("points").UpsertAsync([new Point(2, new float[TestData.Dimension])]);
            await Database.GetCollection("points").CreateSnapshotAsync("daily");
            Assert.Equal(ErrorReason.SnapshotChanged, (await Assert.ThrowsAsync<DatabaseStateException>(() => stream.CopyToAsync(Stream.Null))).Reason);
        }
    }

    [Fact]
    public async Task Archive_OfADamagedFile_EndsBeforeItsLastBytes()
    {
        string path = Disk.AllFiles().Where(file => file.StartsWith("/data/snapshots/points/daily/", StringComparison.Ordinal)).MaxBy(file => Disk.LiveBytes(file).Length)!;
        Disk.FlipBits(path, 3, 1);
        foreach (int offset in (int[])[0, Archive.Length / 2])
        {
            await using var stream = Database.OpenSnapshotArchive("points", "daily", offset);
            using var read = new MemoryStream();
            var damaged = await Assert.ThrowsAsync<CorruptDataException>(() => stream.CopyToAsync(read, 1_000));
            Assert.Equal((ErrorReason.SnapshotDamaged, path), (damaged.Reason, damaged.File));
            Assert.True(offset + read.Length < Archive.Length);
        }
    }

    [Fact]
    public async Task Verify_TellsHowFarItIs()
    {
        var told = new List<SnapshotProgress>();
        await Database.VerifySnapshotAsync("points", "daily", new Listener(told));
        Assert.Equal(told.OrderBy(progress => progress.BytesDone), told);
        Assert.Equal(2 * Database.GetSnapshot("points", "daily").Bytes, told[^1].BytesTotal);
        Assert.Equal(told[^1].BytesTotal, told[^1].BytesDone);
    }

    [Fact]
    public async Task Import_OfAnArchiveCutAnywhere_IsRefused()
    {
        for (int length = 0; length < Archive.Length; length += length < 2_000 ? 7 : 997)
        {
            await Assert.ThrowsAsync<CorruptDataException>(() => Database.ImportSnapshotAsync("copies", new MemoryStream(Archive, 0, length)));
            AssertNothingLeft();
        }
    }

    [Fact]
    public async Task Import_OfAnArchiveWithAFlippedBitAnywhere_IsRefused()
    {
        var random = new Random(1);
        for (int flip = 0; flip < 400; flip++)
        {
            byte[] bytes = [.. Archive];
            int position = flip < 200 ? flip : random.Next(bytes.Length);
            bytes[position] ^= (byte)(1 << random.Next(8));
            await Assert.ThrowsAsync<CorruptDataException>(() => Database.ImportSnapshotAsync("copies", new MemoryStream(bytes)));
            AssertNothingLeft();
        }
    }

    public static TheoryData<string> Hostile
    {
        get
        {
            var names = new TheoryData<string>();
            foreach (string name in s_hostile.Keys)
                names.Add(name);

            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Import_OfAHostileArchive_IsRefusedAndLeavesEverythingAsItWas(string what)
    {
        var (spoil, reason, message) = s_hostile[what];
        byte[] bytes = spoil(HostileArchive.Parse(Archive));
        var before = Disk.AllFiles().ToDictionary(path => path, path => Convert.ToHexString(Disk.LiveBytes(path)));
        var refused = await Assert.ThrowsAnyAsync<VectorStoreException>(() => Database.ImportSnapshotAsync("copies", new MemoryStream(bytes)));
        Assert.Equal(reason, refused.Reason);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        AssertNothingLeft();
        Assert.Equal(before, Disk.AllFiles().ToDictionary(path => path, path => Convert.ToHexString(Disk.LiveBytes(path))));
        Assert.Equal(Model.Points.Count, await Database.GetCollection("points").CountAsync());
    }

    // What is done to a sound archive, and what the refusal says.
    private static readonly Dictionary<string, (Func<HostileArchive, byte[]> Spoil, ErrorReason Reason, string Message)> s_hostile = new()
    {
        ["nothing at all"] = (_ => [], ErrorReason.InvalidArchive, "ends after 0 of 32 bytes of its header"),
        ["something else"] = (_ => "PK\u0003\u0004 this is a zip file, of some length"u8.ToArray(), ErrorReason.InvalidArchive, "magic bytes"),
        ["a newer version"] = (archive => WithVersion(archive.ToBytes(), 99), ErrorReason.UnsupportedFormatVersion, "format version 99"),
        ["the version of another kind"] = (archive => WithVersion(archive.ToBytes(), 2), ErrorReason.InvalidArchive, "an archive of version 2 is not of collection 'points'"),
        ["version zero"] = (archive => WithVersion(archive.ToBytes(), 0), ErrorReason.InvalidArchive, "format version"),
        ["reserved bytes in the header"] = (archive => WithHeader(archive.ToBytes(), header => header[24] = 1), ErrorReason.InvalidArchive, "reserved bytes"),
        ["no entries"] = (archive => Spoil(archive, () => archive.Header = archive.Header with { Entries = 0 }), ErrorReason.InvalidArchive, "1 to 100001 entries, this one says 0"),
        ["too many entries"] = (archive => Spoil(archive, () => archive.Header = archive.Header with { Entries = 100_002 }), ErrorReason.InvalidArchive, "this one says 100002"),
        ["negative entries"] = (archive => Spoil(archive, () => archive.Header = archive.Header with { Entries = -1 }), ErrorReason.InvalidArchive, "this one says 4294967295"),
        ["one entry more than there are"] = (archive => Spoil(archive, () => archive.Header = archive.Header with { Entries = archive.Header.Entries + 1 }), ErrorReason.InvalidArchive, "entries, the archive says"),
        ["a total beyond the limit"] = (archive => Spoil(archive, () => archive.Header = archive.Header with { ContentBytes = SnapshotFormat.BytesMax + 1 }), ErrorReason.InvalidArchive, "at most 17592186044416 bytes"),
        ["a negative total"] = (archive => Spoil(archive, () => archive.Header = archive.Header with { ContentBytes = -1 }), ErrorReason.InvalidArchive, "at most 17592186044416 bytes"),
        ["a total beyond the disk"] = (archive => Spoil(archive, () => archive.Header = archive.Header with { ContentBytes = SnapshotFormat.BytesMax }), ErrorReason.StorageFull, "are free"),
        ["a total that is not the sum"] = (archive => Spoil(archive, () => archive.Header = archive.Header with { ContentBytes = archive.Header.ContentBytes + 1 }), ErrorReason.InvalidArchive, "bytes of contents, the archive says"),
        ["bytes behind the end"] = (archive => [.. archive.ToBytes(), 0], ErrorReason.InvalidArchive, "more bytes follow"),
        ["two archives"] = (archive => [.. archive.ToBytes(), .. archive.ToBytes()], ErrorReason.InvalidArchive, "more bytes follow"),
        ["a name of no bytes"] = (archive => WithEntry(archive, entry => entry[0] = 0), ErrorReason.InvalidArchive, "1 to 128 bytes, this one says 0"),
        ["a name of 65,535 bytes"] = (archive => WithEntry(archive, entry => BinaryPrimitives.WriteUInt16LittleEndian(entry, 65_535)), ErrorReason.InvalidArchive, "this one says 65535"),
        ["reserved bytes in an entry"] = (archive => WithEntry(archive, entry => entry[2] = 1), ErrorReason.InvalidArchive, "reserved bytes"),
        ["a length beyond the limit"] = (archive => WithEntry(archive, entry => entry[11] = 0x7f), ErrorReason.InvalidArchive, "expected at most 17592186044416 bytes"),
        ["a negative length"] = (archive => WithEntry(archive, entry => entry.Slice(4, 8).Fill(0xff)), ErrorReason.InvalidArchive, "got 18446744073709551615"),
        ["a descriptor beyond its limit"] = (archive => WithEntry(archive, entry => entry[8] = 1), ErrorReason.InvalidArchive, "SNAPSHOT: expected at most"),
        ["no descriptor"] = (archive => Spoil(archive, () => archive.Entries.RemoveAt(0)), ErrorReason.InvalidArchive, "expected SNAPSHOT first"),
        ["the descriptor last"] = (archive => Spoil(archive, () => Move(archive, 0, archive.Entries.Count - 1)), ErrorReason.InvalidArchive, "expected SNAPSHOT first"),
        ["two descriptors"] = (archive => Spoil(archive, () => archive.Entries.Insert(1, archive.Entries[0])), ErrorReason.InvalidArchive, "found SNAPSHOT"),
        ["a descriptor that is none"] = (archive => Spoil(archive, () => archive.Replace(0, new byte[5000])), ErrorReason.InvalidArchive, "SNAPSHOT is damaged"),
        ["a file twice"] = (archive => Spoil(archive, () => archive.Entries.Insert(2, archive.Entries[1])), ErrorReason.InvalidArchive, "expected "),
        ["a file twice, described so"] = (archive => Fitted(archive, () => archive.Entries.Insert(2, archive.Entries[1])), ErrorReason.InvalidArchive, "is named twice"),
        ["files in another order"] = (archive => Spoil(archive, () => Move(archive, 1, 2)), ErrorReason.InvalidArchive, "expected "),
        ["a file missing"] = (archive => Spoil(archive, () => archive.Entries.RemoveAt(2)), ErrorReason.InvalidArchive, "expected "),
        ["the last file missing"] = (archive => Spoil(archive, () => archive.Entries.RemoveAt(archive.Entries.Count - 1)), ErrorReason.InvalidArchive, "ends after 0 of 48 bytes"),
        ["a path upwards"] = (archive => Spoil(archive, () => archive.Rename(1, "../CURRENT")), ErrorReason.InvalidArchive, "'../CURRENT' is not the name"),
        ["a path from the root"] = (archive => Spoil(archive, () => archive.Rename(1, "/etc/passwd")), ErrorReason.InvalidArchive, "'/etc/passwd' is not the name"),
        ["a path up and down again"] = (archive => Spoil(archive, () => archive.Rename(1, "wal/../../x/CURRENT")), ErrorReason.InvalidArchive, "is not the name"),
        ["a name with a zero byte"] = (archive => Spoil(archive, () => archive.Rename(1, "CURRENT\0")), ErrorReason.InvalidArchive, "is not the name"),
        ["an unknown name"] = (archive => Spoil(archive, () => archive.Rename(1, "notes.txt")), ErrorReason.InvalidArchive, "'notes.txt' is not the name"),
        ["an unknown name, described so"] = (archive => Fitted(archive, () => archive.Rename(1, "notes.txt")), ErrorReason.InvalidArchive, "'notes.txt' is not the name"),
        ["a payload store"] = (archive => Spoil(archive, () => archive.Rename(1, "payloads/00000001.seg")), ErrorReason.InvalidArchive, "is not the name"),
        ["a file longer than described"] = (archive => Spoil(archive, () => archive.Replace(1, [.. archive.Entries[1].Contents, 0])), ErrorReason.InvalidArchive, "bytes, the archive says"),
        ["a file with another hash than described"] = (archive => Spoil(archive, () => archive.Replace(1, [.. archive.Entries[1].Contents.Reverse()])), ErrorReason.InvalidArchive, "expected SHA-256"),
        ["contents that are not those of the hash"] = (archive => Spoil(archive, () => archive.Entries[1] = (archive.Entries[1].Entry, [.. archive.Entries[1].Contents.Reverse()])), ErrorReason.InvalidArchive, "expected SHA-256"),
        ["a file of a segment the manifest does not name"] = (archive => Fitted(archive, () => archive.Rename(archive.IndexOf("points.seg"), "segments/00000099/points.seg")), ErrorReason.InvalidArchive, "name different files"),
        ["one file more than the manifest names"] = (archive => Fitted(archive, () => archive.Entries.Add((archive.Entries[1].Entry with { Name = "segments/00000099/points.seg" }, archive.Entries[1].Contents))), ErrorReason.InvalidArchive, "name different files"),
        ["no log"] = (archive => Fitted(archive, () => archive.Entries.RemoveAt(archive.IndexOf(".wal"))), ErrorReason.InvalidArchive, "name different files"),
        ["no manifest"] = (archive => Fitted(archive, () => archive.Entries.RemoveAll(entry => entry.Entry.Name.StartsWith("MANIFEST-", StringComparison.Ordinal))), ErrorReason.InvalidArchive, "problems"),
        ["a log of zeros"] = (archive => Fitted(archive, () => archive.Replace(archive.IndexOf(".wal"), new byte[8192])), ErrorReason.InvalidArchive, "not a log file"),
        ["a log that ends early"] = (archive => Fitted(archive, () => archive.Replace(archive.IndexOf(".wal"), WithoutLastRecord(archive.Entries[archive.IndexOf(".wal")].Contents))), ErrorReason.InvalidArchive, "log records LSN"),
        ["a damaged block, hashed so"] = (archive => Fitted(archive, () => archive.Replace(archive.IndexOf("points.seg"), Flipped(archive.Entries[archive.IndexOf("points.seg")].Contents))), ErrorReason.InvalidArchive, "block crc32c"),
        ["a manifest with a path upwards"] = (archive => WithSegment(archive, entry => entry with { Files = [entry.Files[0] with { Name = "../../../CURRENT" }, .. entry.Files.Skip(1)] }), ErrorReason.InvalidArchive, "name different files"),
        ["a manifest with a segment twice"] = (archive => WithManifest(archive, manifest => manifest with { Segments = [.. manifest.Segments, manifest.Segments[0]] }), ErrorReason.InvalidArchive, "is named twice"),
        ["a manifest with a null for a segment"] = (archive => WithManifest(archive, manifest => manifest with { Segments = [null!] }), ErrorReason.InvalidArchive, "cannot be one"),
        ["a manifest with a null for a file"] = (archive => WithSegment(archive, entry => entry with { Files = [null!] }), ErrorReason.InvalidArchive, "cannot be one"),
        ["a manifest with segments beyond its next"] = (archive => WithManifest(archive, manifest => manifest with { NextSegment = 1 }), ErrorReason.InvalidArchive, "cannot be one of those before number 1"),
        ["a manifest about to overflow"] = (archive => WithManifest(archive, manifest => manifest with { Number = ulong.MaxValue }), ErrorReason.InvalidArchive, "no collection reaches"),
        ["a manifest at another log position"] = (archive => WithManifest(archive, manifest => manifest with { DurableLsn = manifest.DurableLsn + 1 }), ErrorReason.InvalidArchive, "expected log positions up to"),
        ["a descriptor at another log position"] = (archive => Described(archive, descriptor => descriptor with { Lsn = descriptor.Lsn - 1 }), ErrorReason.InvalidArchive, "expected log positions up to"),
        ["a snapshot's name upwards"] = (archive => Described(archive, descriptor => descriptor with { Name = "a/../daily" }), ErrorReason.InvalidArchive, "letters, digits"),
        ["a snapshot's name with a dot first"] = (archive => Described(archive, descriptor => descriptor with { Name = ".daily" }), ErrorReason.InvalidArchive, "does not start with a dot"),
        ["a collection's name upwards"] = (archive => Described(archive, descriptor => descriptor with { CollectionName = ".." }), ErrorReason.InvalidArchive, "does not start with a dot"),
        ["a configuration that cannot be"] = (archive => Described(archive, descriptor => descriptor with { Config = CollectionConfig.WithVector("v", 0, Metric.Dot) }), ErrorReason.InvalidArchive, "dimension"),
    };

    private static byte[] Spoil(HostileArchive archive, Action change)
    {
        change();
        return archive.ToBytes();
    }

    private static byte[] Fitted(HostileArchive archive, Action change)
    {
        change();
        archive.Fit();
        return archive.ToBytes();
    }

    private static byte[] Described(HostileArchive archive, Func<SnapshotDescriptor, SnapshotDescriptor> change)
    {
        archive.ReplaceDescriptor(change);
        return archive.ToBytes();
    }

    private static byte[] WithManifest(HostileArchive archive, Func<Engine.Collections.Manifest, Engine.Collections.Manifest> change)
    {
        archive.ReplaceManifest(change);
        return archive.ToBytes();
    }

    private static byte[] WithSegment(HostileArchive archive, Func<SegmentEntry, SegmentEntry> change) =>
        WithManifest(archive, manifest => manifest with { Segments = [change(manifest.Segments[0]), .. manifest.Segments.Skip(1)] });

    private static byte[] WithVersion(byte[] archive, uint version) => WithHeader(archive, header => BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), version));

    private static byte[] WithHeader(byte[] archive, Action<byte[]> change)
    {
        change(archive);
        BinaryPrimitives.WriteUInt32LittleEndian(archive.AsSpan(28), Crc32C.Compute(archive.AsSpan(0, 28)));
        return archive;
    }

    /// <summary>Changes the fixed part of the first entry, whose name is that of the descriptor.</summary>
    private static byte[] WithEntry(HostileArchive archive, SpanAction change)
    {
        byte[] bytes = archive.ToBytes();
        var entry = bytes.AsSpan(ArchiveHeader.Bytes);
        change(entry);
        uint checksum = Crc32C.Append(Crc32C.Compute(entry[..44]), entry.Slice(48, SnapshotFormat.DescriptorFile.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(entry[44..], checksum);
        return bytes;
    }

    private delegate void SpanAction(Span<byte> bytes);

    private static void Move(HostileArchive archive, int from, int to)
    {
        var entry = archive.Entries[from];
        archive.Entries.RemoveAt(from);
        archive.Entries.Insert(to, entry);
    }

    private static byte[] Flipped(byte[] contents)
    {
        byte[] flipped = [.. contents];
        flipped[40] ^= 1;
        return flipped;
    }

    private static byte[] WithoutLastRecord(byte[] log)
    {
        var disk = new SimulatedFileSystem();
        disk.CreateDirectory("/wal");
        using (var file = disk.CreateFile("/wal/00000001.wal"))
            file.Write(log, 0);

        Engine.Wal.WalFileHeader header;
        ulong last;
        using (var reader = new Engine.Wal.WalReader(disk.OpenFile("/wal/00000001.wal", FileAccessMode.Read), header = Engine.Wal.WalFileHeader.Read("log", log)))
        {
            while (reader.TryRead(out _, out _))
            {
                // To the end.
            }

            last = reader.NextLsn - 1;
        }

        var source = Engine.Wal.WalTimeline.Of(disk, header.CollectionId, "/wal");
        Engine.Wal.WalCopy.Write(disk, "/short", header.CollectionId, header.FirstLsn - 1, copy => copy.AddRecords(source, header.FirstLsn - 1, last - 1, CancellationToken.None));
        return disk.LiveBytes("/short/00000001.wal");
    }

    private sealed class Listener(List<SnapshotProgress> told) : IProgress<SnapshotProgress>
    {
        public void Report(SnapshotProgress value) => told.Add(value);
    }
}
