using Google.Protobuf;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc;

namespace VectorStore.Server.Tests.Rpc;

/// <summary>Requests that are too many, too few, too long or cut short.</summary>
public sealed class RequestTests
{
    [Theory]
    [InlineData("Unary", 0, "takes exactly one request, got none")]
    [InlineData("Unary", 2, "takes exactly one request, got more than one")]
    [InlineData("ServerStream", 0, "takes exactly one request, got none")]
    [InlineData("ServerStream", 2, "takes exactly one request, got more than one")]
    public async Task Call_WithAnotherNumberOfRequests_IsUnimplemented(string method, int count, string message)
    {
        int calls = 0;
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            Unary = (request, _) => { calls++; return new(request); },
            ServerStream = (_, _, _) => { calls++; return default; },
        });

        var answer = await server.CallAsync(method, Frames.Of([.. Enumerable.Repeat(new Note(), count)]));

        Assert.Equal(StatusCode.Unimplemented, answer.Status);
        Assert.Equal("WRONG_REQUEST_COUNT", answer.Error.Reason);
        Assert.Equal($"vectorstore.tests.Probe/{method} {message}", answer.Message);
        Assert.Equal(0, calls);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(9)]
    public async Task Call_WhoseBodyEndsInAMessage_IsInvalid(int lengthBytes)
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());
        byte[] whole = Frames.Of(new Note { Text = "a text" });

        foreach (string method in new[] { "Unary", "ClientStream", "ServerStream", "Duplex" })
        {
            var answer = await server.CallAsync(method, whole[..lengthBytes]);

            Assert.Equal(StatusCode.InvalidArgument, answer.Status);
            Assert.Equal("MALFORMED_FRAME", answer.Error.Reason);
        }

        Assert.Empty(server.Logs.Noise);
    }

    [Fact]
    public async Task Stream_WhoseBodyEndsInTheSecondMessage_DeliversTheFirst()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());

        var answer = await server.CallAsync("Duplex", Frames.Of(new Note { Number = 1 }, new Note { Number = 2 })[..^1]);

        Assert.Equal([1], answer.Notes.Select(note => note.Number));
        Assert.Equal(StatusCode.InvalidArgument, answer.Status);
        Assert.Equal("the requests end in the middle of a message: expected a message of 7 bytes, got 6", answer.Message);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0x80)]
    [InlineData(0xFF)]
    public async Task Call_WithReservedFlags_IsInvalid(byte flags)
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());

        var answer = await server.CallAsync("Unary", Frames.Raw([], flags));

        Assert.Equal(StatusCode.InvalidArgument, answer.Status);
        Assert.Equal("MALFORMED_FRAME", answer.Error.Reason);
    }

    [Fact]
    public async Task Call_WithBytesThatAreNoMessage_IsInvalid()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());

        var answer = await server.CallAsync("Unary", Frames.Raw([0xFF, 0xFF, 0xFF]));

        Assert.Equal(StatusCode.InvalidArgument, answer.Status);
        Assert.Equal("MALFORMED_MESSAGE", answer.Error.Reason);
    }

    [Fact]
    public async Task Request_ThatSaysItIsTooLong_IsRefusedBeforeItIsSent()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService(), new RpcOptions { ReceiveMessageBytesMax = 1000 });
        using var call = server.Start("Unary");
        await call.SendAsync(Frames.Raw([], lengthBytes: 1001));

        var answer = await call.EndAsync();

        Assert.Equal(StatusCode.ResourceExhausted, answer.Status);
        Assert.Equal("a message may have at most 1000 bytes, got one of 1001", answer.Message);
        await server.WaitUntilIdleAsync();
    }

    [Fact]
    public async Task Request_OfExactlyTheLimit_IsRead()
    {
        var note = new Note { Data = ByteString.CopyFrom(new byte[997]) };
        await using var server = await ProbeServer.StartAsync(new ProbeService(), new RpcOptions { ReceiveMessageBytesMax = note.CalculateSize() });

        Assert.Equal(note, Assert.Single((await server.CallAsync("Unary", Frames.Of(note))).Notes));
    }

    [Fact]
    public async Task Response_LongerThanTheLimit_IsRefused()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService(), new RpcOptions { SendMessageBytesMax = 1000 });

        var answer = await server.CallAsync("Unary", Frames.Of(new Note { Data = ByteString.CopyFrom(new byte[1000]) }));

        Assert.Equal(StatusCode.ResourceExhausted, answer.Status);
        Assert.Equal("MESSAGE_TOO_LARGE", answer.Error.Reason);
        Assert.Equal("a response of vectorstore.tests.Probe/Unary may have at most 1000 bytes, got one of 1003", answer.Message);
        Assert.Empty(answer.Frames);
    }

    [Fact]
    public async Task Message_Of20MiB_TravelsBothWays()
    {
        byte[] bytes = new byte[20 << 20];
        new Random(1).NextBytes(bytes);
        await using var server = await ProbeServer.StartAsync(new ProbeService());

        var answer = await server.CallAsync("Unary", Frames.Of(new Note { Data = ByteString.CopyFrom(bytes) }));

        Assert.Equal(StatusCode.Ok, answer.Status);
        Assert.True(Assert.Single(answer.Notes).Data.Span.SequenceEqual(bytes));
    }
}
