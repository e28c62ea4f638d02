using VectorStore.Places.S3;

namespace VectorStore.Places.Tests.S3;

/// <summary>Addresses of buckets.</summary>
public sealed class S3SettingsTests
{
    private const int MiB = 1 << 20;

    [Fact]
    public void Address_SaysBucketPrefixAndSettings()
    {
        var settings = S3Settings.Parse("s3://my.bucket/a/b/?endpoint=http://127.0.0.1:9000&region=eu-central-1&path-style=false&part-mib=64");
        Assert.Equal(("my.bucket", "a/b/", "s3://my.bucket/a/b"), (settings.Bucket, settings.Prefix, settings.Address));
        Assert.Equal((new Uri("http://127.0.0.1:9000"), "eu-central-1", false, 64 * MiB), (settings.Endpoint, settings.Region, settings.PathStyle, settings.PartBytes));
        var plain = S3Settings.Parse("s3://backups");
        Assert.Equal(("backups", "", "s3://backups"), (plain.Bucket, plain.Prefix, plain.Address));
        Assert.Equal((null, null, null), (plain.Endpoint, plain.Region, plain.PathStyle));
    }

    [Theory]
    [InlineData("s3://", "expected a bucket's name of 3 to 63 letters, digits, '.', '-' and '_', got ''")]
    [InlineData("s3://a b/x", "got 'a b'")]
    [InlineData("s3://key:secret@backups", "got 'key:secret@backups'")]
    [InlineData("s3://backups/../x", "got '../x'")]
    [InlineData("s3://backups/a//b", "got 'a//b'")]
    [InlineData("s3://backups?endpoint=9000", "endpoint: expected http://host:port or https://host:port, got '9000'")]
    [InlineData("s3://backups?endpoint=http://user:secret@host", "endpoint: expected")]
    [InlineData("s3://backups?part-mib=4", "part-mib: expected 5 to 1024, got '4'")]
    [InlineData("s3://backups?path-style=yes", "path-style: expected true or false, got 'yes'")]
    [InlineData("s3://backups?region=", "region: expected a name such as eu-central-1, got none")]
    [InlineData("s3://backups?acces-key=x", "expected endpoint, region, path-style or part-mib, got 'acces-key'")]
    [InlineData("gs://backups", "expected a directory, or s3://bucket/prefix, got 'gs://backups'")]
    [InlineData("", "expected a directory")]
    public void Mistakes_AreSentences(string address, string sentence)
    {
        var refused = Assert.Throws<PlaceException>(() => SnapshotPlaces.Open(address));
        Assert.Equal(PlaceErrorReason.InvalidAddress, refused.Reason);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1L, 16)]
    [InlineData(9_000L * 16 * MiB - 1, 16)]
    [InlineData(1L << 40, 117)]
    [InlineData(5L << 40, 583)]
    public void Parts_GrowWithTheArchive_SoThatTheyAreFewEnough(long bytes, int mebibytes)
    {
        int part = S3Settings.Parse("s3://backups").PartBytesFor(bytes);
        Assert.Equal(mebibytes * MiB, part);
        Assert.InRange((bytes + part - 1) / part, 1, 9_000);
    }

    [Theory]
    [InlineData("films", "daily", "films/daily.vssnap")]
    [InlineData("a.b_c-9", "x.vssnap", "a.b_c-9/x.vssnap.vssnap")]
    public void Keys_SayCollectionAndSnapshot(string collection, string snapshot, string key)
    {
        Assert.Equal((key, snapshot), (ArchiveKey.Of(collection, snapshot), ArchiveKey.SnapshotOf(key)));
        Assert.StartsWith(ArchiveKey.Below(collection), key, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("..", "daily")]
    [InlineData("films", "../daily")]
    [InlineData("films", ".daily")]
    [InlineData("films/x", "daily")]
    [InlineData("films", "")]
    [InlineData("films", "dä")]
    public void Keys_LeadNowhereElse(string collection, string snapshot) =>
        Assert.Equal(PlaceErrorReason.InvalidKey, Assert.Throws<PlaceException>(() => ArchiveKey.Of(collection, snapshot)).Reason);
}
