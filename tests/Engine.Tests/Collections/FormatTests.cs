using System.Text;
using VectorStore.Engine.Collections;
using VectorStore.Engine.Payloads;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Tests.Collections;

/// <summary>
/// Freezes the bytes of docs/format/wal-records.md, docs/format/segment.md, docs/format/manifest.md and docs/format/data-directory.md. A failure here means that
/// existing data directories would be read differently: a new version is needed, not a new expectation.
/// </summary>
public sealed class FormatTests
{
    private static readonly Guid s_uuid = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");

    [Fact]
    public void UpsertRecord_HasTheseBytes()
    {
        var schema = new VectorSchema(CollectionConfig.WithVector("v", 2, Metric.Dot));
        PreparedPoint[] points =
        [
            new(7UL, [new float[] { 1, -2 }], Payload.FromJson("""{"a":1}""")),
            new(s_uuid, [new float[] { 0.5f, 0 }], null),
        ];
        byte[] body = new byte[UpsertRecord.EncodedBytes(points, schema)];
        UpsertRecord.Encode(points, schema, body);
        Assert.Equal(
            "02000000"
            + "0000000000000000" + "0700000000000000" + "00" + "01" + "0100" + "07000000"
            + "00000000" + "0000803F" + "000000C0" + Convert.ToHexString("""{"a":1}"""u8)
            + "7766554433221100" + "FFEEDDCCBBAA9988" + "01" + "00" + "0100" + "00000000"
            + "00000000" + "0000003F" + "00000000",
            Convert.ToHexString(body));
    }

    [Fact]
    public void DeleteRecord_HasTheseBytes() =>
        Assert.Equal(
            "02000000" + "0000000000000000" + "0700000000000000" + "00000000" + "7766554433221100" + "FFEEDDCCBBAA9988" + "01000000",
            Convert.ToHexString(DeleteRecord.Encode([7UL, s_uuid])));

    [Fact]
    public void DeleteRecord_CutOrExtendedAnywhere_IsRefused()
    {
        byte[] body = DeleteRecord.Encode([7UL, s_uuid]);
        for (int length = 0; length < body.Length; length++)
            Assert.Throws<CorruptDataException>(() => DeleteRecord.Decode(body.AsSpan(0, length), 1));

        Assert.Throws<CorruptDataException>(() => DeleteRecord.Decode([.. body, 0], 1));
    }

    [Fact]
    public void PayloadRecord_HasTheseBytes_AndGivesThemBack()
    {
        ReadOnlyMemory<byte> shared = """{"a":1}"""u8.ToArray();
        (PointId Id, ReadOnlyMemory<byte>? Json)[] points = [(7UL, shared), (8UL, null), (s_uuid, shared), (9UL, "{}"u8.ToArray())];
        byte[] body = EncodePayloads(points);
        Assert.Equal(
            "02000000" + "07000000" + Convert.ToHexString(shared.Span) + "02000000" + Convert.ToHexString("{}"u8)
            + "04000000"
            + "0000000000000000" + "0700000000000000" + "00000000" + "00000000"
            + "0000000000000000" + "0800000000000000" + "00000000" + "FFFFFFFF"
            + "7766554433221100" + "FFEEDDCCBBAA9988" + "01000000" + "00000000"
            + "0000000000000000" + "0900000000000000" + "00000000" + "01000000",
            Convert.ToHexString(body));
        Assert.Equal(
            points.Select(point => (point.Id, point.Json is { } json ? Encoding.UTF8.GetString(json.Span) : null)),
            PayloadRecord.Decode(body, 1).Select(point => (point.Id, point.Json is { } json ? Encoding.UTF8.GetString(json.Span) : null)));
    }

    [Fact]
    public void PayloadRecord_CutOrExtendedAnywhere_OrWithAnyByteFlipped_IsRefusedOrReadsAsSomethingElse()
    {
        byte[] body = EncodePayloads([(7UL, """{"a":1}"""u8.ToArray()), (s_uuid, null)]);
        for (int length = 0; length < body.Length; length++)
            Assert.Throws<CorruptDataException>(() => PayloadRecord.Decode(body.AsMemory(0, length), 1));

        Assert.Throws<CorruptDataException>(() => PayloadRecord.Decode((byte[])[.. body, 0], 1));
        for (int position = 0; position < body.Length; position++)
        {
            byte[] flipped = [.. body];
            flipped[position] ^= 0xFF;
            try
            {
                Assert.NotEqual(body, EncodePayloads(PayloadRecord.Decode(flipped, 1)));
            }
            catch (CorruptDataException)
            {
                // Refused, which is as well.
            }
        }
    }

    private static byte[] EncodePayloads((PointId Id, ReadOnlyMemory<byte>? Json)[] points)
    {
        var numbers = new Dictionary<ReadOnlyMemory<byte>, uint>();
        byte[] body = new byte[PayloadRecord.EncodedBytes(points, numbers)];
        PayloadRecord.Encode(points, numbers, body);
        return body;
    }

    [Fact]
    public async Task ChangesOfASealedSegment_HaveTheseBytes()
    {
        var disk = new SimulatedFileSystem();
        var options = TestData.QuietOptions() with { FileSystem = disk };
        await using var database = await VectorDatabase.OpenAsync("/data", options);
        var collection = await database.CreateCollectionAsync("points", CollectionConfig.WithVector("v", 2, Metric.Dot));
        await collection.UpsertAsync([new Point(7, new float[] { 1, -2 }, Payload.FromJson("""{"a":1}""")), new Point(s_uuid, new float[] { 3, 4 }, Payload.FromJson("{}"))]);
        await collection.UpdatePayloadAsync([7UL], PayloadChange.Set(Payload.FromJson("""{"b":2}""")));
        await collection.SealAsync();

        string directory = Assert.Single(disk.ListDirectories("/data/collections"));
        string segment = $"/data/collections/{directory}/segments/00000001";

        // What was changed before sealing is written as if the row had been made with it.
        Assert.Equal(["payloads.seg", "points.seg", "vectors-00.seg"], disk.ListFiles(segment));
        Assert.Equal(
            "02000000" + "20000000"
            + "0000000000000000" + "0700000000000000" + "0200000000000000" + "0200000000000000"
            + "7766554433221100" + "FFEEDDCCBBAA9988" + "0100000000000000" + "0300000000000000",
            Body(disk, $"{segment}/points.seg", BlockFileKind.SegmentPoints));

        await collection.UpdatePayloadAsync([7UL], PayloadChange.DeleteFields(["a"]));
        await collection.UpdatePayloadAsync([s_uuid], PayloadChange.Clear);
        await collection.SealAsync();
        Assert.Equal(["changes-00000003.seg", "payloads.seg", "points.seg", "vectors-00.seg"], disk.ListFiles(segment));
        Assert.Equal(
            "00000000" + "27000000" + "27000000"
            + "00000000" + "0F000000" + "0300000000000080" + Convert.ToHexString("""{"b":2}"""u8)
            + "01000000" + "08000000" + "0400000000000000",
            Body(disk, $"{segment}/changes-00000003.seg", BlockFileKind.SegmentChanges));
    }

    [Fact]
    public async Task SealedSegment_HasTheseBytes()
    {
        var disk = new SimulatedFileSystem();
        var options = TestData.QuietOptions() with { FileSystem = disk };
        await using var database = await VectorDatabase.OpenAsync("/data", options);
        var collection = await database.CreateCollectionAsync("points", CollectionConfig.WithVector("v", 2, Metric.Dot));
        await collection.UpsertAsync([new Point(7, new float[] { 1, -2 }, Payload.FromJson("""{"a":1}""")), new Point(s_uuid, new float[] { 3, 4 })]);
        await collection.DeleteAsync([s_uuid]);
        await collection.SealAsync();

        string directory = Assert.Single(disk.ListDirectories("/data/collections"));
        string segment = $"/data/collections/{directory}/segments/00000001";
        Assert.Equal(["deletes-00000002.seg", "payloads.seg", "points.seg", "vectors-00.seg"], disk.ListFiles(segment));
        Assert.Equal(
            "02000000" + "20000000"
            + "0000000000000000" + "0700000000000000" + "0100000000000000" + "0200000000000000"
            + "7766554433221100" + "FFEEDDCCBBAA9988" + "0100000000000000" + "0100000000000000",
            Body(disk, $"{segment}/points.seg", BlockFileKind.SegmentPoints));
        Assert.Equal(
            "00000000" + "0F000000" + "0F000000" + "00000000" + "07000000" + Convert.ToHexString("""{"a":1}"""u8),
            Body(disk, $"{segment}/payloads.seg", BlockFileKind.SegmentPayloads));
        Assert.Equal(
            "0200000000000000" + "02000000" + "01000000" + "02",
            Body(disk, $"{segment}/deletes-00000002.seg", BlockFileKind.SegmentDeletes));
        Assert.Equal("VectorStore data directory, format 1\n", Encoding.ASCII.GetString(disk.LiveBytes("/data/VECTORSTORE")));
        Assert.StartsWith("points~", directory, StringComparison.Ordinal);
    }

    [Fact]
    public void Manifest_HasThisText_AndCurrentNamesItWithItsChecksum()
    {
        var disk = new SimulatedFileSystem();
        disk.CreateDirectory("/c");
        var store = new ManifestStore(disk, "/c");
        var manifest = new Manifest
        {
            Number = 3,
            Name = "points",
            Id = s_uuid,
            Config = CollectionConfig.WithVector("v", 2, Metric.Euclidean),
            Lsn = 12,
            DurableLsn = 14,
            NextSegment = 5,
            Segments = [new SegmentEntry(4, 9, 1, [new BlockFileSummary("points.seg", 100, 7)], new BlockFileSummary("deletes-00000003.seg", 50, 8), 11, [new SegmentChanges(new BlockFileSummary("changes-00000003.seg", 60, 9), 2, 12)], [new IndexBuild(8, 100, new QuantizationConfig { Kind = QuantizationKind.Int8 }, IndexProfile.Compact)])],
            Payloads = new PayloadCheckpoint(13, "token", "sizing"),
        };
        store.Write(manifest);

        Assert.Equal(
            """{"number":3,"name":"points","id":"00112233-4455-6677-8899-aabbccddeeff","config":{"vectors":{"v":{"dimension":2,"metric":"euclidean","hnsw":{"m":16,"efConstruction":200,"efSearch":100,"fullScanThreshold":2000},"quantization":{"kind":"auto","bits":8,"compression":16,"quantile":0.999},"profile":"compact","placement":{"originals":"disk","codes":"memory","graph":"memory"},"targetRecall":null}},"durability":"fsync","syncIntervalMs":100},"lsn":12,"durableLsn":14,"nextSegment":5,"segments":[{"number":4,"rows":9,"dead":1,"files":[{"name":"points.seg","bytes":100,"checksum":7}],"deletes":{"name":"deletes-00000003.seg","bytes":50,"checksum":8},"payloadLsn":11,"changes":[{"file":{"name":"changes-00000003.seg","bytes":60,"checksum":9},"rows":2,"through":12}],"built":[{"m":8,"efConstruction":100,"quantization":{"kind":"int8","bits":8,"compression":16,"quantile":0.999},"profile":"compact"}]}],"payloads":{"lsn":13,"token":"token","sizing":"sizing"}}""",
            Encoding.UTF8.GetString(Convert.FromHexString(Body(disk, "/c/MANIFEST-00000003", BlockFileKind.Manifest, version: 4))));
        Assert.Equal("MANIFEST-00000003 2e406f04\n", Encoding.ASCII.GetString(disk.LiveBytes("/c/CURRENT")));
        Assert.Equivalent(manifest, store.Read());
    }

    [Fact]
    public void Manifest_OfVersion1_ReadsWithWhatNowIsUsual()
    {
        var disk = new SimulatedFileSystem();
        disk.CreateDirectory("/c");
        const string Text = """{"number":3,"name":"points","id":"00112233-4455-6677-8899-aabbccddeeff","config":{"vectors":{"v":{"dimension":2,"metric":"euclidean","hnsw":{"m":16,"efConstruction":200,"efSearch":100,"fullScanThreshold":10000}}},"durability":"fsync","syncIntervalMs":100},"lsn":12,"durableLsn":14,"nextSegment":5,"segments":[],"payloads":{"lsn":13,"token":"token","sizing":"sizing"}}""";
        using (var file = new BlockFileWriter(disk, "/c/MANIFEST-00000003", BlockFileKind.Manifest, 1))
        {
            file.Write(Encoding.UTF8.GetBytes(Text));
            file.Complete();
        }

        disk.WriteAtomically("/c/CURRENT", "MANIFEST-00000003 2e406f04\n"u8);
        var vector = new ManifestStore(disk, "/c").Read().Config.Vectors["v"];
        Assert.Equal(new VectorConfig(2, Metric.Euclidean) { Hnsw = new HnswConfig { FullScanThreshold = 10_000 } }, vector);
    }

    [Fact]
    public void Manifest_OfVersion2_ReadsWithoutChangesOfPayloads()
    {
        var disk = new SimulatedFileSystem();
        disk.CreateDirectory("/c");
        const string Text = """{"number":3,"name":"points","id":"00112233-4455-6677-8899-aabbccddeeff","config":{"vectors":{"v":{"dimension":2,"metric":"euclidean","hnsw":{"m":16,"efConstruction":200,"efSearch":100,"fullScanThreshold":2000},"quantization":{"kind":"auto","bits":8,"compression":16,"quantile":0.999},"profile":"compact","placement":{"originals":"disk","codes":"memory","graph":"memory"},"targetRecall":null}},"durability":"fsync","syncIntervalMs":100},"lsn":12,"durableLsn":14,"nextSegment":5,"segments":[{"number":4,"rows":9,"dead":1,"files":[{"name":"points.seg","bytes":100,"checksum":7}],"deletes":{"name":"deletes-00000003.seg","bytes":50,"checksum":8}}],"payloads":{"lsn":13,"token":"token","sizing":"sizing"}}""";
        using (var file = new BlockFileWriter(disk, "/c/MANIFEST-00000003", BlockFileKind.Manifest, 2))
        {
            file.Write(Encoding.UTF8.GetBytes(Text));
            file.Complete();
        }

        disk.WriteAtomically("/c/CURRENT", "MANIFEST-00000003 2e406f04\n"u8);
        var entry = Assert.Single(new ManifestStore(disk, "/c").Read().Segments);
        Assert.Equal(0UL, entry.PayloadLsn);
        Assert.Null(entry.Changes);
        Assert.Equal(["points.seg", "deletes-00000003.seg"], entry.AllFiles.Select(file => file.Name));
    }

    [Fact]
    public void Manifest_OfVersion3_ReadsWithSegmentsBuiltAsItSaysItself()
    {
        Assert.Null(Assert.Single(ReadManifest(ManifestOfVersion3, 3).Segments).Built);
    }

    [Theory]
    [InlineData("[]", "segment 4: expected what 1 vectors were built with, found that of 0")]
    [InlineData("[null]", "segment 4: expected what 1 vectors were built with, found that of 0")]
    [InlineData("""[{"m":16,"efConstruction":200,"profile":"compact"}]""", "segment 4: expected what 1 vectors were built with, found that of 0")]
    [InlineData("""[{"m":1000000,"efConstruction":200,"quantization":{"kind":"auto"},"profile":"compact"}]""", "config.vectors.v.hnsw.m: expected 4 to 128, got 1000000")]
    public void Manifest_WithASegmentBuiltAsNoneCanBe_IsRefused(string built, string message)
    {
        string text = ManifestOfVersion3.Replace("\"changes\":null", $"\"changes\":null,\"built\":{built}", StringComparison.Ordinal);
        Assert.Contains(message, Assert.Throws<CorruptDataException>(() => ReadManifest(text, 4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Current_WithAnyByteFlipped_IsRefused()
    {
        var disk = new SimulatedFileSystem();
        disk.CreateDirectory("/c");
        disk.WriteAtomically("/c/CURRENT", "MANIFEST-00000003 00000000\n"u8);
        Assert.Throws<CorruptDataException>(() => new ManifestStore(disk, "/c").Read());
    }

    [Fact]
    public void PersistedEnums_KeepTheirValues()
    {
        Assert.Equal([1, 2, 3, 4], Enum.GetValues<Metric>().Select(value => (int)value));
        Assert.Equal([1, 2], Enum.GetValues<Durability>().Select(value => (int)value));
        Assert.Equal([0, 1], Enum.GetValues<PointIdKind>().Select(value => (int)value));
        Assert.Equal([1, 2, 3], Enum.GetValues<WriteKind>().Select(value => (int)value));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], Enum.GetValues<QuantizationKind>().Select(value => (int)value));
        Assert.Equal([0, 1], Enum.GetValues<IndexProfile>().Select(value => (int)value));
        Assert.Equal([0, 1], Enum.GetValues<Placement>().Select(value => (int)value));
        Assert.Equal([0UL, 1UL, 2UL, 3UL], Enum.GetValues<PointRowFlags>().Select(value => (ulong)value));
        Assert.Equal(Enumerable.Range(1, 13), Enum.GetValues<BlockFileKind>().Select(value => (int)value));
    }

    private const string ManifestOfVersion3 = """{"number":3,"name":"points","id":"00112233-4455-6677-8899-aabbccddeeff","config":{"vectors":{"v":{"dimension":2,"metric":"euclidean","hnsw":{"m":16,"efConstruction":200,"efSearch":100,"fullScanThreshold":2000},"quantization":{"kind":"auto","bits":8,"compression":16,"quantile":0.999},"profile":"compact","placement":{"originals":"disk","codes":"memory","graph":"memory"},"targetRecall":null}},"durability":"fsync","syncIntervalMs":100},"lsn":12,"durableLsn":14,"nextSegment":5,"segments":[{"number":4,"rows":9,"dead":0,"files":[{"name":"points.seg","bytes":100,"checksum":7}],"deletes":null,"payloadLsn":11,"changes":null}],"payloads":{"lsn":13,"token":"token","sizing":"sizing"}}""";

    private static Manifest ReadManifest(string text, uint version)
    {
        var disk = new SimulatedFileSystem();
        disk.CreateDirectory("/c");
        using (var file = new BlockFileWriter(disk, "/c/MANIFEST-00000003", BlockFileKind.Manifest, version))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Complete();
        }

        disk.WriteAtomically("/c/CURRENT", "MANIFEST-00000003 2e406f04\n"u8);
        return new ManifestStore(disk, "/c").Read();
    }

    private static string Body(SimulatedFileSystem disk, string path, BlockFileKind kind, uint version = 1)
    {
        using var reader = BlockFileReader.Open(disk, path, kind, version);
        Assert.Equal(version, reader.Version);
        byte[] body = new byte[reader.BodyBytes];
        reader.Read(body, 0);
        return Convert.ToHexString(body);
    }
}
