using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Tests.Rpc;

public sealed class CallKindTests
{
    [Fact]
    public async Task Unary_WithOneRequest_AnswersOneResponseAndOk()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());

        var answer = await server.CallAsync("Unary", Frames.Of(new Note { Text = "hello", Number = 7 }));

        Assert.Equal(StatusCode.Ok, answer.Status);
        Assert.False(answer.IsTrailersOnly);
        Assert.Equal([new Note { Text = "hello", Number = 7 }], answer.Notes);
    }

    [Fact]
    public async Task ClientStream_WithThreeRequests_AnswersTheirSum()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());

        var answer = await server.CallAsync("ClientStream", Frames.Of(new Note { Number = 1 }, new Note { Number = 2 }, new Note { Number = 3 }));

        Assert.Equal(StatusCode.Ok, answer.Status);
        Assert.Equal(6, Assert.Single(answer.Notes).Number);
    }

    [Fact]
    public async Task ClientStream_WithoutAnyRequest_IsAnswered()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());

        var answer = await server.CallAsync("ClientStream", []);

        Assert.Equal(StatusCode.Ok, answer.Status);
        Assert.Equal([new Note()], answer.Notes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task ServerStream_AnswersAsManyResponsesAsTheHandlerWrites(int count)
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());

        var answer = await server.CallAsync("ServerStream", Frames.Of(new Note { Number = count }));

        Assert.Equal(StatusCode.Ok, answer.Status);
        Assert.Equal(Enumerable.Range(0, count), answer.Notes.Select(note => note.Number));
    }

    [Fact]
    public async Task Duplex_PlayedAsPingPong_AnswersEachRequestBeforeTheNextIsSent()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());
        using var call = server.Start("Duplex");

        for (int number = 0; number < 10; number++)
        {
            await call.SendAsync(new Note { Number = number });
            Assert.Equal(number, (await call.ReadAsync())?.Number);
        }

        call.CompleteRequests();
        Assert.Null(await call.ReadAsync());
        Assert.Equal(StatusCode.Ok, (await call.EndAsync()).Status);
    }

    [Fact]
    public async Task Duplex_WithARequestInPiecesOfOneByte_IsAnswered()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());
        using var call = server.Start("Duplex");

        foreach (byte piece in Frames.Of(new Note { Text = "in pieces" }))
            await call.SendAsync([piece]);

        Assert.Equal("in pieces", (await call.ReadAsync())?.Text);
    }

    [Theory]
    [InlineData("/vectorstore.tests.Probe/Missing", "UNKNOWN_METHOD", "service vectorstore.tests.Probe has no method 'Missing' here")]
    [InlineData("/vectorstore.tests.Probe/Other", "UNKNOWN_METHOD", "service vectorstore.tests.Probe has no method 'Other' here")]
    [InlineData("/vectorstore.tests.Nothing/Unary", "UNKNOWN_SERVICE", "there is no service 'vectorstore.tests.Nothing' here")]
    [InlineData("/", "UNKNOWN_SERVICE", "there is no service '' here")]
    public async Task Call_OfSomethingUnknown_IsUnimplemented(string path, string reason, string message)
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());

        var answer = await server.CallAsync(path, Frames.Of(new Note()));

        Assert.Equal(StatusCode.Unimplemented, answer.Status);
        Assert.True(answer.IsTrailersOnly);
        Assert.Equal(message, answer.Message);
        Assert.Equal(reason, answer.Error.Reason);
    }
}
