using VectorStore.Protocol.Grpc;

namespace VectorStore.Protocol.Tests.Grpc;

public sealed class MetadataTests
{
    [Fact]
    public void Add_KeepsOrderAndRepetitions_AndTheLastOneIsFound()
    {
        var metadata = new Metadata { { "X-Tag", "one" }, { "x-tag", " two " }, { "x-data-bin", new byte[] { 1, 2 } } };
        Assert.Equal(["x-tag", "x-tag", "x-data-bin"], metadata.Select(entry => entry.Key));
        Assert.Equal("two", metadata.GetText("x-TAG"));
        Assert.Null(metadata.GetText("x-data-bin"));
        Assert.Null(metadata.GetBytes("x-tag"));
        Assert.Equal(new byte[] { 1, 2 }, metadata.GetBytes("X-Data-Bin")!.Value.ToArray());
        Assert.Null(metadata.GetBytes("other-bin"));
        Assert.Equal("AQI", metadata.Last().HeaderValue);
    }

    [Theory]
    [InlineData("", "x")]
    [InlineData("a b", "x")]
    [InlineData("ä", "x")]
    [InlineData("a:b", "x")]
    [InlineData(":path", "x")]
    [InlineData("key-bin", "x")]
    [InlineData("grpc-status", "0")]
    [InlineData("Content-Type", "x")]
    [InlineData("te", "trailers")]
    [InlineData("key", "line\nbreak")]
    [InlineData("key", "ü")]
    [InlineData("key", "\u007F")]
    public void Add_OfWhatCannotTravel_IsRefused(string key, string value) => Assert.Throws<ArgumentException>(() => new Metadata().Add(key, value));

    [Fact]
    public void Add_OfBytesUnderATextKey_IsRefused() => Assert.Throws<ArgumentException>(() => new Metadata().Add("key", new byte[] { 1 }));

    [Theory]
    [InlineData("AQI", new byte[] { 1, 2 })]
    [InlineData("AQI=", new byte[] { 1, 2 })]
    [InlineData("AQ==", new byte[] { 1 })]
    [InlineData("AQ", new byte[] { 1 })]
    [InlineData("AQID", new byte[] { 1, 2, 3 })]
    [InlineData("", new byte[0])]
    [InlineData(" AQI ", new byte[] { 1, 2 })]
    public void AddHeader_OfBytes_TakesBase64WithAndWithoutPadding(string value, byte[] bytes)
    {
        var metadata = new Metadata();
        Assert.True(metadata.AddHeader("x-bin", value));
        Assert.Equal(bytes, metadata.GetBytes("x-bin")!.Value.ToArray());
    }

    [Fact]
    public void AddHeader_OfSeveralBytesWithCommas_TakesEach()
    {
        var metadata = new Metadata();
        metadata.AddHeader("x-bin", "AQ==,Ag, Aw==");
        Assert.Equal([[1], [2], [3]], metadata.Select(entry => entry.Bytes.ToArray()));
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AQ=")]
    [InlineData("AQI==")]
    [InlineData("A Q I")]
    [InlineData("AQI\n")]
    [InlineData("A-_A")]
    [InlineData("=")]
    [InlineData("AQ==AQ==")]
    [InlineData("äääö")]
    public void AddHeader_OfBytesThatAreNoBase64_IsATypedErrorThatNamesTheKey(string value)
    {
        var error = Assert.Throws<RpcException>(() => new Metadata().AddHeader("my-key-bin", value));
        Assert.Equal((StatusCode.InvalidArgument, "MALFORMED_METADATA"), (error.Code, error.Reason));
        Assert.Contains("my-key-bin", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(":authority", "host")]
    [InlineData("grpc-timeout", "1S")]
    [InlineData("connect-protocol-version", "1")]
    [InlineData("bad key", "x")]
    [InlineData("cookie", "ü")]
    public void AddHeader_OfWhatIsNoMetadata_LeavesItOut(string name, string value)
    {
        var metadata = new Metadata();
        Assert.False(metadata.AddHeader(name, value));
        Assert.Empty(metadata);
    }

    [Fact]
    public void BytesOfEveryLength_GoThereAndBack()
    {
        var random = new Random(5);
        for (int length = 0; length < 300; length++)
        {
            byte[] bytes = new byte[length * length / 20];
            random.NextBytes(bytes);
            var sent = new Metadata { { "x-bin", bytes } };
            var received = new Metadata();
            received.AddHeader("x-bin", sent.Single().HeaderValue);
            Assert.Equal(bytes, received.GetBytes("x-bin")!.Value.ToArray());
            Assert.False(sent.Single().HeaderValue.EndsWith('='));
        }
    }
}
