using System.Text;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Snapshots;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Tests.Snapshots;

/// <summary>
/// Freezes the bytes of docs/format/snapshot.md and docs/format/snapshot-archive.md. A failure here means that existing snapshots and archives would be read differently: a new version is
/// needed, not a new expectation.
/// </summary>
public sealed class SnapshotFormatTests
{
    private const string Directory = "/s";
    private static readonly string s_hash = new('a', 64);
    private readonly SimulatedFileSystem _disk = new();

    public SnapshotFormatTests() => _disk.CreateDirectory(Directory);

    private static SnapshotDescriptor Descriptor => new()
    {
        Name = "daily",
        CollectionName = "points",
        Lsn = 12,
        CreatedAt = new DateTimeOffset(2026, 11, 21, 18, 30, 0, 250, TimeSpan.Zero),
        Config = CollectionConfig.WithVector("v", 2, Metric.Euclidean),
        Bytes = 7,
        Files = [new SnapshotFile("CURRENT", 3, s_hash), new SnapshotFile("wal/00000001.wal", 4, s_hash)],
    };

    [Fact]
    public void Descriptor_HasThisText()
    {
        var written = SnapshotDescriptorFile.Write(_disk, Directory, Descriptor);
        using var file = BlockFileReader.Open(_disk, $"{Directory}/SNAPSHOT", BlockFileKind.Snapshot, 1);
        byte[] body = new byte[file.BodyBytes];
        file.Read(body, 0);
        Assert.Equal(
            $$$"""{"name":"daily","collectionName":"points","lsn":12,"createdAt":"2026-11-21T18:30:00.25+00:00","config":{"vectors":{"v":{"dimension":2,"metric":"euclidean","hnsw":{"m":16,"efConstruction":200,"efSearch":100,"fullScanThreshold":2000},"quantization":{"kind":"auto","bits":8,"compression":16,"quantile":0.999},"profile":"compact","placement":{"originals":"disk","codes":"memory","graph":"memory"},"targetRecall":null}},"durability":"fsync","syncIntervalMs":100},"bytes":7,"files":[{"name":"CURRENT","bytes":3,"sha256":"{{{s_hash}}}"},{"name":"wal/00000001.wal","bytes":4,"sha256":"{{{s_hash}}}"}]}""",
            Encoding.UTF8.GetString(body));
        Assert.Equivalent(written, SnapshotDescriptorFile.Read(_disk, Directory));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(body)), written.Checksum);
    }

    [Fact]
    public void ArchiveHeader_HasTheseBytes()
    {
        byte[] bytes = new ArchiveHeader(3, 1000).ToBytes();
        Assert.Equal("5653534E41504152" + "01000000" + "03000000" + "E803000000000000" + "00000000", Convert.ToHexString(bytes)[..56]);
        Assert.Equal(ArchiveHeader.Bytes, bytes.Length);
        Assert.Equal(new ArchiveHeader(3, 1000), ArchiveHeader.Read("archive", bytes));
    }

    [Fact]
    public void ArchiveEntry_HasTheseBytes()
    {
        byte[] bytes = new ArchiveEntry("CURRENT", 3, s_hash).ToBytes();
        string text = Convert.ToHexString(bytes);
        Assert.Equal("0700" + "0000" + "0300000000000000" + s_hash.ToUpperInvariant(), text[..88]);
        Assert.Equal(Convert.ToHexString("CURRENT"u8), text[96..]);
        Assert.Equal(new ArchiveEntry("CURRENT", 3, s_hash), ArchiveEntry.Read("archive", 0, bytes));
    }

    [Theory]
    [InlineData("CURRENT", true)]
    [InlineData("MANIFEST-00000012", true)]
    [InlineData("wal/00000001.wal", true)]
    [InlineData("segments/00000001/points.seg", true)]
    [InlineData("segments/00000001/deletes-00000007.seg", true)]
    [InlineData("segments/00000001/graph-00.seg", true)]
    [InlineData("", false)]
    [InlineData("SNAPSHOT", false)]
    [InlineData("CURRENT\n", false)]
    [InlineData("CURRENT.tmp", false)]
    [InlineData("current", false)]
    [InlineData("/CURRENT", false)]
    [InlineData("./CURRENT", false)]
    [InlineData("../CURRENT", false)]
    [InlineData("wal/../CURRENT", false)]
    [InlineData("wal/00000001.wal/", false)]
    [InlineData("wal\\00000001.wal", false)]
    [InlineData("segments/../points.seg", false)]
    [InlineData("segments/00000001/../points.seg", false)]
    [InlineData("segments/00000001/..seg", false)]
    [InlineData("segments/00000001/.seg", false)]
    [InlineData("segments/points.seg", false)]
    [InlineData("payloads/00000001.seg", false)]
    [InlineData("segments/٠٠٠٠٠٠٠١/points.seg", false)]
    public void FileName_IsOneOfThose(string name, bool isOne) => Assert.Equal(isOne, SnapshotFormat.IsFileName(name));

    public static TheoryData<string, string> ImpossibleDescriptors => new()
    {
        { "\"lsn\":12", "\"lsn\":-1" },
        { "\"lsn\":12", "\"lsn\":\"12\"" },
        { "\"lsn\":12,", "" },
        { "\"lsn\":12", "\"lsn\":12,\"more\":1" },
        { "\"config\":{", "\"config\":null,\"more\":{" },
        { "\"bytes\":7", "\"bytes\":8" },
        { "\"bytes\":7", "\"bytes\":-7" },
        { "\"bytes\":3", "\"bytes\":-3" },
        { "\"bytes\":3", "\"bytes\":9223372036854775807" },
        { "\"name\":\"CURRENT\"", "\"name\":null" },
        { "\"name\":\"CURRENT\"", "\"name\":\"../CURRENT\"" },
        { "\"name\":\"CURRENT\"", "\"name\":\"wal/00000001.wal\"" },
        { "\"sha256\":\"aa", "\"sha256\":\"a" },
        { "\"sha256\":\"aa", "\"sha256\":\"AA" },
        { "\"sha256\":\"aa", "\"sha256\":\"zz" },
        { "\"files\":[", "\"files\":null,\"more\":[" },
        { "\"files\":[", "\"files\":[null," },
        { "{\"name\":\"daily\"", "[{\"name\":\"daily\"" },
        { "{\"name\":\"daily\"", "null" },
    };

    [Theory]
    [MemberData(nameof(ImpossibleDescriptors))]
    public void Descriptor_ThatCannotBe_IsRefused(string text, string instead)
    {
        SnapshotDescriptorFile.Write(_disk, Directory, Descriptor);
        byte[] body;
        using (var file = BlockFileReader.Open(_disk, $"{Directory}/SNAPSHOT", BlockFileKind.Snapshot, 1))
        {
            body = new byte[file.BodyBytes];
            file.Read(body, 0);
        }

        string changed = Encoding.UTF8.GetString(body);
        int at = changed.IndexOf(text, StringComparison.Ordinal);
        Assert.True(at >= 0);
        changed = changed[..at] + instead + changed[(at + text.Length)..];
        _disk.DeleteFile($"{Directory}/SNAPSHOT");
        using (var file = new BlockFileWriter(_disk, $"{Directory}/SNAPSHOT", BlockFileKind.Snapshot, 1))
        {
            file.Write(Encoding.UTF8.GetBytes(changed));
            file.Complete();
        }

        var refused = Assert.Throws<CorruptDataException>(() => SnapshotDescriptorFile.Read(_disk, Directory));
        Assert.Equal($"{Directory}/SNAPSHOT", refused.File);
    }
}
