using Microsoft.Extensions.Logging;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Tests.Rpc;

public sealed class StatusTests
{
    [Theory]
    [InlineData("plain words")]
    [InlineData("100 % größer, 日本語, 🎈")]
    [InlineData("\t\nline\r\n")]
    public async Task Error_BeforeAnyResponse_IsTrailersOnlyWithItsWords(string message)
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService { Unary = (_, _) => throw new RpcException(StatusCode.NotFound, message) });

        var answer = await server.CallAsync("Unary", Frames.Of(new Note()));

        Assert.True(answer.IsTrailersOnly);
        Assert.Equal(StatusCode.NotFound, answer.Status);
        Assert.Equal(message, answer.Message);
        Assert.Null(answer.Trailer("grpc-status-details-bin"));
    }

    [Fact]
    public async Task Error_WithAReasonAndAField_CarriesDetails()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            Unary = (_, _) => throw new RpcException(StatusCode.InvalidArgument, "expected dimension 768, got 512", "DIMENSION_MISMATCH", "points[3].vector")
            {
                Facts = new Dictionary<string, string> { ["expected"] = "768" },
                Trailers = { { "x-more", "of it" } },
            },
        });

        var answer = await server.CallAsync("Unary", Frames.Of(new Note()));

        Assert.Equal("expected dimension 768, got 512", answer.Error.Message);
        Assert.Equal("DIMENSION_MISMATCH", answer.Error.Reason);
        Assert.Equal("points[3].vector", answer.Error.Field);
        Assert.Equal("768", answer.Error.Facts["expected"]);
        Assert.Equal("of it", answer.Trailer("x-more"));
    }

    [Fact]
    public async Task Error_AfterResponses_ComesInTrailers()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            ServerStream = async (_, responses, context) =>
            {
                context.ResponseTrailers.Add("x-tail", "kept");
                await responses.WriteAsync(new Note { Number = 1 });
                throw new RpcException(StatusCode.Aborted, "enough");
            },
        });

        var answer = await server.CallAsync("ServerStream", Frames.Of(new Note()));

        Assert.False(answer.IsTrailersOnly);
        Assert.Single(answer.Frames);
        Assert.Equal(StatusCode.Aborted, answer.Status);
        Assert.Equal("enough", answer.Message);
        Assert.Equal("kept", answer.Trailer("x-tail"));
    }

    [Fact]
    public async Task Error_WithHeadersOfTheHandler_KeepsThem()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService
        {
            Unary = (_, context) =>
            {
                context.ResponseHeaders.Add("x-head", "kept");
                throw new RpcException(StatusCode.Aborted, "enough");
            },
        });

        var answer = await server.CallAsync("Unary", Frames.Of(new Note()));

        Assert.Equal(StatusCode.Aborted, answer.Status);
        Assert.Equal("kept", answer.Header("x-head"));
    }

    [Fact]
    public async Task Failure_OfAHandler_IsInternalWithAnIdAndWithoutItsWords()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService { Unary = (_, _) => throw new InvalidOperationException("the password is tea") });

        var answer = await server.CallAsync("Unary", Frames.Of(new Note()));

        Assert.Equal(StatusCode.Internal, answer.Status);
        Assert.StartsWith("the server failed; its log has the details under ", answer.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("tea", answer.Message, StringComparison.Ordinal);
        string id = answer.Message.Split(' ')[^1];
        var line = Assert.Single(server.Logs.Lines, line => line.Level == LogLevel.Error);
        Assert.Contains(id, line.Message, StringComparison.Ordinal);
        Assert.Equal("the password is tea", line.Exception?.Message);
    }

    [Fact]
    public async Task Cancellation_OfTheHandlersOwn_IsCancelled()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService { Unary = (_, _) => throw new OperationCanceledException() });

        Assert.Equal(StatusCode.Cancelled, (await server.CallAsync("Unary", Frames.Of(new Note()))).Status);
        Assert.Empty(server.Logs.Noise);
    }
}
