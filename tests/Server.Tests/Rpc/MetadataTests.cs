using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Tests.Rpc;

public sealed class MetadataTests
{
    [Fact]
    public async Task Metadata_ThatTheHandlerSends_GoesWithHeadersAndTrailers()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            Unary = (request, context) =>
            {
                context.ResponseHeaders.Add("x-first", "one");
                context.ResponseHeaders.Add("x-first", "two");
                context.ResponseHeaders.Add("x-head-bin", new byte[] { 0, 255, 1 });
                context.ResponseTrailers.Add("x-last", "three");
                context.ResponseTrailers.Add("x-tail-bin", new byte[] { 0xAB, 0xAB, 0xAB, 0xAB });
                return new(request);
            },
        });

        var answer = await server.CallAsync("Unary", Frames.Of(new Note()));

        Assert.Equal("one,two", answer.Header("x-first")?.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal([0, 255, 1], GrpcAnswer.Base64(answer.Header("x-head-bin")!));
        Assert.Equal("three", answer.Trailer("x-last"));
        Assert.Equal("q6urqw", answer.Trailer("x-tail-bin"));
    }

    [Fact]
    public async Task Metadata_ThatTheCallerSends_ReachesTheHandlerWithoutTheTransports()
    {
        Metadata? seen = null;
        await using var server = await ProbeServer.StartAsync(new ProbeService { Unary = (request, context) => { seen = context.RequestHeaders; return new(request); } });

        await server.CallAsync("Unary", Frames.Of(new Note()), ("x-text", "hello"), ("x-padded-bin", "AAE="), ("x-bare-bin", "AAE"), ("x-two-bin", "AA,AQ"), ("grpc-timeout", "9S"));

        Assert.NotNull(seen);
        Assert.Equal("hello", seen.GetText("x-text"));
        Assert.Equal([0, 1], seen.GetBytes("x-padded-bin")!.Value.ToArray());
        Assert.Equal([0, 1], seen.GetBytes("x-bare-bin")!.Value.ToArray());
        Assert.Equal(2, seen.Count(entry => entry.Key == "x-two-bin"));
        Assert.DoesNotContain(seen, entry => entry.Key is "te" or "content-type" or "host" or "grpc-timeout" || entry.Key.StartsWith(':'));
    }

    [Fact]
    public async Task Metadata_ThatIsNotBase64_IsInvalidWhereItIsRead()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService { Unary = (request, context) => { _ = context.RequestHeaders; return new(request); } });

        var answer = await server.CallAsync("Unary", Frames.Of(new Note()), ("x-bad-bin", "!!!"));

        Assert.Equal(StatusCode.InvalidArgument, answer.Status);
        Assert.Equal("MALFORMED_METADATA", answer.Error.Reason);
    }

    [Fact]
    public async Task SendHeaders_BeforeAnyResponse_ReachesTheCallerWhileTheHandlerRuns()
    {
        var release = new TaskCompletionSource();
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            Unary = async (request, context) =>
            {
                context.ResponseHeaders.Add("x-early", "yes");
                await context.SendHeadersAsync();
                await release.Task;
                return request;
            },
        });
        using var call = server.Start("Unary");
        await call.SendAsync(new Note { Number = 5 });
        call.CompleteRequests();

        var response = await call.Response;

        Assert.Equal("yes", Assert.Single(response.Headers.GetValues("x-early")));
        release.SetResult();
        var answer = await call.EndAsync();
        Assert.Equal(StatusCode.Ok, answer.Status);
        Assert.Equal(5, Assert.Single(answer.Notes).Number);
    }

    [Fact]
    public async Task Metadata_OfOneCall_IsNotThatOfTheNext()
    {
        var seen = new List<string?>();
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            Unary = (request, context) =>
            {
                seen.Add(context.RequestHeaders.GetText("x-mark"));
                if (request.Number == 1)
                {
                    context.ResponseHeaders.Add("x-mark", "mine");
                    context.ResponseTrailers.Add("x-tail", "mine");
                    context.CompressResponses = true;
                }

                return new(request);
            },
        });

        await server.CallAsync("Unary", Frames.Of(new Note { Number = 1 }), ("x-mark", "mine"), ("grpc-accept-encoding", "gzip"));
        var second = await server.CallAsync("Unary", Frames.Of(new Note { Number = 2 }), ("grpc-accept-encoding", "gzip"));

        Assert.Equal(["mine", null], seen);
        Assert.Null(second.Header("x-mark"));
        Assert.Null(second.Trailer("x-tail"));
        Assert.Null(second.Header("grpc-encoding"));
        Assert.Equal(0, second.Frames[0].Flags);
    }
}
