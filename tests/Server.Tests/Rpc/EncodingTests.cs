using Google.Protobuf;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc;

namespace VectorStore.Server.Tests.Rpc;

public sealed class EncodingTests
{
    private static readonly Note s_note = new() { Text = new string('x', 10_000) };

    [Fact]
    public async Task Gzip_OfARequest_IsRead()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());

        var answer = await server.CallAsync("Unary", Frames.Gzipped(s_note), ("grpc-encoding", "gzip"));

        Assert.Equal(s_note, Assert.Single(answer.Notes));
        Assert.Equal(0, answer.Frames[0].Flags);
    }

    [Fact]
    public async Task Gzip_OfSomeRequestsOfAStream_IsRead()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());

        var answer = await server.CallAsync(
            "Duplex", [.. Frames.Gzipped(s_note), .. Frames.Of(new Note { Number = 1 }), .. Frames.Gzipped(new Note { Number = 2 })], ("grpc-encoding", "gzip"));

        Assert.Equal([s_note, new Note { Number = 1 }, new Note { Number = 2 }], answer.Notes);
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("identity, deflate, gzip", true)]
    [InlineData("identity", false)]
    [InlineData(null, false)]
    public async Task Gzip_OfResponses_IsForCallersThatAcceptIt(string? accepted, bool isCompressed)
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService(), new RpcOptions { CompressResponses = true });

        var answer = await server.CallAsync("Unary", Frames.Of(s_note), accepted is null ? [] : [("grpc-accept-encoding", accepted)]);

        Assert.Equal(isCompressed ? "gzip" : null, answer.Header("grpc-encoding"));
        Assert.Equal(isCompressed ? 1 : 0, answer.Frames[0].Flags);
        Assert.True(!isCompressed || answer.Frames[0].Message.Length < 1000);
        Assert.Equal(s_note, Assert.Single(answer.Notes));
    }

    [Fact]
    public async Task Gzip_SwitchedByTheHandler_HoldsForTheMessagesAfterIt()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            ServerStream = async (_, responses, context) =>
            {
                foreach (bool compress in new[] { true, false, true })
                {
                    context.CompressResponses = compress;
                    await responses.WriteAsync(s_note);
                }
            },
        });

        var answer = await server.CallAsync("ServerStream", Frames.Of(new Note()), ("grpc-accept-encoding", "gzip"));

        Assert.Equal([1, 0, 1], answer.Frames.Select(frame => (int)frame.Flags));
        Assert.Equal([s_note, s_note, s_note], answer.Notes);
    }

    [Fact]
    public async Task Encoding_ThatIsUnknown_IsUnimplementedAndSaysWhatIsKnown()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());

        var answer = await server.CallAsync("Unary", Frames.Raw([1, 2, 3], flags: 1), ("grpc-encoding", "zstd"));

        Assert.Equal(StatusCode.Unimplemented, answer.Status);
        Assert.Equal("UNSUPPORTED_COMPRESSION", answer.Error.Reason);
        Assert.Equal("identity,gzip", answer.Header("grpc-accept-encoding"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("identity")]
    public async Task CompressedMessage_OfACallWithoutEncoding_IsInvalid(string? encoding)
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());

        var answer = await server.CallAsync("Unary", Frames.Gzipped(s_note), encoding is null ? [] : [("grpc-encoding", encoding)]);

        Assert.Equal(StatusCode.InvalidArgument, answer.Status);
        Assert.Equal("MALFORMED_COMPRESSION", answer.Error.Reason);
    }

    [Fact]
    public async Task CompressedMessage_ThatIsNoGzip_IsInvalid()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());

        var answer = await server.CallAsync("Unary", Frames.Raw([1, 2, 3, 4], flags: 1), ("grpc-encoding", "gzip"));

        Assert.Equal(StatusCode.InvalidArgument, answer.Status);
        Assert.Equal("MALFORMED_COMPRESSION", answer.Error.Reason);
    }

    [Fact]
    public async Task CompressedMessage_ThatIsTooLargeDecompressed_IsRefused()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService(), new RpcOptions { ReceiveMessageBytesMax = 100_000 });
        byte[] bomb = Frames.Raw(Frames.Gzip(new byte[50_000_000]), flags: 1);

        var answer = await server.CallAsync("Unary", bomb, ("grpc-encoding", "gzip"));

        Assert.True(bomb.Length < 100_000);
        Assert.Equal(StatusCode.ResourceExhausted, answer.Status);
        Assert.Equal("MESSAGE_TOO_LARGE", answer.Error.Reason);
    }

    [Fact]
    public async Task CompressedMessage_OfExactlyTheLimit_IsRead()
    {
        var note = new Note { Data = ByteString.CopyFrom(new byte[99_996]) };
        Assert.Equal(100_000, note.CalculateSize());
        await using var server = await ProbeServer.StartAsync(new ProbeService(), new RpcOptions { ReceiveMessageBytesMax = 100_000 });

        var answer = await server.CallAsync("Unary", Frames.Gzipped(note), ("grpc-encoding", "gzip"));

        Assert.Equal(note, Assert.Single(answer.Notes));
    }
}
