using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using VectorStore.Client.Rpc;
using VectorStore.Client.Tests.Support;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Tests.Rpc;

public sealed class RpcChannelTests
{
    [Fact]
    public async Task Unary_OfTextsOfAllSizes_ComesBack()
    {
        await using var server = await FrameServer.StartAsync(Echo.AnswerAsync);
        using var channel = new RpcChannel(server.Address);
        foreach (int length in (int[])[0, 1, 8_000, 8_192, 70_000, 5_000_000])
            Assert.Equal(length, (await channel.SayAsync(new string('x', length)).InTime()).Length);
    }

    [Fact]
    public async Task Unary_WithEverythingAHeaderCanHold_TravelsBothWays()
    {
        IHeaderDictionary? seen = null;
        await using var server = await FrameServer.StartAsync(async context =>
        {
            seen = new HeaderDictionary(new Dictionary<string, Microsoft.Extensions.Primitives.StringValues>(context.Request.Headers, StringComparer.OrdinalIgnoreCase));
            FrameServer.Begin(context);
            context.Response.Headers["x-text"] = "hello";
            context.Response.Headers["x-bytes-bin"] = "AAEC/w,/w==";
            await FrameServer.WriteFrameAsync(context, (await FrameServer.ReadFrameAsync(context))!);
            FrameServer.End(context);
            context.Response.AppendTrailer("x-end-bin", "3q2+7w");
            context.Response.AppendTrailer("x-broken-bin", "?");
        });
        using var channel = new RpcChannel(server.Address);
        var response = new ResponseMetadata();
        var headers = new Metadata { { "x-ask", "a b" }, { "x-ask", "c" }, { "x-ask-bin", new byte[] { 0, 255 } } };
        await channel.SayAsync("", new CallOptions { Headers = headers, Response = response, Timeout = TimeSpan.FromMinutes(1) }).InTime();

        Assert.Equal("a b, c", seen!["x-ask"].ToString());
        Assert.Equal("AP8", seen["x-ask-bin"].ToString().TrimEnd('='));
        Assert.Equal("application/grpc", seen.ContentType);
        Assert.Equal("trailers", seen.TE);
        Assert.Equal("identity,gzip", seen["grpc-accept-encoding"]);
        Assert.StartsWith("vectorstore-dotnet/", seen.UserAgent);
        Assert.InRange(GrpcTimeout.Parse(seen["grpc-timeout"].ToString()), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));
        Assert.Equal("hello", response.Headers.GetText("x-text"));
        Assert.Equal([255], response.Headers.GetBytes("x-bytes-bin")!.Value.ToArray());
        Assert.Equal([0xDE, 0xAD, 0xBE, 0xEF], response.Trailers.GetBytes("x-end-bin")!.Value.ToArray());
        Assert.Null(response.Trailers.GetBytes("x-broken-bin"));
    }

    [Fact]
    public async Task Unary_WithGzipBothWays_IsCompressedOnTheWire()
    {
        long bodyBytes = 0;
        await using var server = await FrameServer.StartAsync(async context =>
        {
            Assert.Equal("gzip", context.Request.Headers["grpc-encoding"]);
            byte[] message = (await FrameServer.ReadFrameAsync(context))!;
            FrameServer.Begin(context);
            context.Response.Headers["grpc-encoding"] = "gzip";
            using var compressed = new PooledBufferWriter();
            GrpcCompression.Compress(new System.Buffers.ReadOnlySequence<byte>(message), compressed);
            bodyBytes = compressed.WrittenBytes;
            await FrameServer.WriteFrameAsync(context, compressed.WrittenMemory.ToArray(), flags: 1);
            FrameServer.End(context);
        });
        using var channel = new RpcChannel(server.Address, new RpcChannelOptions { CompressRequests = true });
        var response = new ResponseMetadata();
        Assert.Equal(new string('x', 100_000), await channel.SayAsync(new string('x', 100_000), new CallOptions { Response = response }).InTime());
        Assert.True(response.WasCompressed);
        Assert.Equal("gzip", response.Encoding);
        Assert.InRange(bodyBytes, 20, 1_000);
    }

    [Theory]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(429, StatusCode.Unavailable)]
    [InlineData(502, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(504, StatusCode.Unavailable)]
    [InlineData(418, StatusCode.Unknown)]
    [InlineData(200, StatusCode.Unknown)]
    public async Task Unary_AnsweredByWhatIsNoGrpc_HasTheStatusOfTheSpecification(int httpStatus, StatusCode expected)
    {
        await using var server = await FrameServer.StartAsync(context =>
        {
            context.Response.StatusCode = httpStatus;
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<h1>proxy</h1>");
        });
        using var channel = new RpcChannel(server.Address);
        var error = await Assert.ThrowsAsync<RpcException>(() => channel.SayAsync("")).InTime();
        Assert.Equal(expected, error.Code);
        Assert.Contains(httpStatus.ToString(), error.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Unary_EndedWithAnError_CarriesSentenceReasonFieldAndFacts(bool trailersOnly)
    {
        var sent = new RpcException(StatusCode.InvalidArgument, "bad ü\n100%", "DIMENSION_MISMATCH", "points[3].vectors.v") { Facts = new Dictionary<string, string> { ["file"] = "x" } };
        await using var server = await FrameServer.StartAsync(async context =>
        {
            FrameServer.Begin(context);
            string details = Convert.ToBase64String(ErrorDetails.Write(sent)).TrimEnd('=');
            if (trailersOnly)
            {
                FrameServer.Refuse(context, "3", PercentEncoding.Encode(sent.Message));
                context.Response.Headers[ErrorDetails.Key] = details;
                return;
            }

            await context.Response.Body.FlushAsync();
            FrameServer.End(context, "3", PercentEncoding.Encode(sent.Message));
            context.Response.AppendTrailer(ErrorDetails.Key, details);
            context.Response.AppendTrailer("x-more", "1");
        });
        using var channel = new RpcChannel(server.Address);
        var error = await Assert.ThrowsAsync<RpcException>(() => channel.SayAsync("")).InTime();
        Assert.Equal((sent.Code, sent.Message, sent.Reason, sent.Field), (error.Code, error.Message, error.Reason, error.Field));
        Assert.Equal("x", error.Facts["file"]);
        Assert.Equal(trailersOnly ? null : "1", error.Trailers.GetText("x-more"));
    }

    [Theory]
    [InlineData("lie", StatusCode.Internal)]
    [InlineData("flags", StatusCode.Internal)]
    [InlineData("gzip", StatusCode.Internal)]
    [InlineData("encoding", StatusCode.Internal)]
    [InlineData("no-status", StatusCode.Internal)]
    [InlineData("odd-status", StatusCode.Unknown)]
    [InlineData("no-message", StatusCode.Internal)]
    [InlineData("two-messages", StatusCode.Internal)]
    [InlineData("malformed", StatusCode.Internal)]
    [InlineData("large", StatusCode.ResourceExhausted)]
    [InlineData("bomb", StatusCode.ResourceExhausted)]
    [InlineData("abort", StatusCode.Internal)]
    public async Task Unary_WithAnAnswerThatIsWrong_IsATypedError(string what, StatusCode expected)
    {
        await using var server = await FrameServer.StartAsync(async context =>
        {
            FrameServer.Begin(context);
            if (what is "gzip" or "bomb")
                context.Response.Headers["grpc-encoding"] = "gzip";
            if (what == "encoding")
                context.Response.Headers["grpc-encoding"] = "br";
            await context.Response.Body.FlushAsync();
            byte[] message = [10, 1, 65];
            switch (what)
            {
                case "lie":
                    await context.Response.Body.WriteAsync((byte[])[0, 0, 0, 3, 0, 1, 2]);
                    break;
                case "flags":
                    await FrameServer.WriteFrameAsync(context, message, flags: 4);
                    break;
                case "gzip" or "encoding":
                    await FrameServer.WriteFrameAsync(context, message, flags: 1);
                    break;
                case "malformed":
                    await FrameServer.WriteFrameAsync(context, [10, 200, 1]);
                    break;
                case "large":
                    await FrameServer.WriteFrameAsync(context, new byte[2_000]);
                    break;
                case "bomb":
                    using (var compressed = new PooledBufferWriter())
                    {
                        GrpcCompression.Compress(new System.Buffers.ReadOnlySequence<byte>(new byte[200_000]), compressed);
                        await FrameServer.WriteFrameAsync(context, compressed.WrittenMemory.ToArray(), flags: 1);
                    }

                    break;
                case "two-messages":
                    await FrameServer.WriteFrameAsync(context, message);
                    await FrameServer.WriteFrameAsync(context, message);
                    break;
                case "odd-status" or "no-status":
                    await FrameServer.WriteFrameAsync(context, message);
                    break;
                case "abort":
                    context.Abort();
                    break;
            }

            if (what != "no-status")
                FrameServer.End(context, what == "odd-status" ? "77" : "0");
        });
        using var channel = new RpcChannel(server.Address, new RpcChannelOptions { MessageBytesMax = 1_000 });
        var error = await Assert.ThrowsAsync<RpcException>(() => channel.SayAsync("")).InTime();
        Assert.True(expected == error.Code, $"{what}: expected {expected}, got {error.Code}: {error.Message}");
    }

    [Fact]
    public async Task Unary_WhenNobodyListens_IsUnavailableAndNeverSent()
    {
        var server = await FrameServer.StartAsync(Echo.AnswerAsync);
        var address = server.Address;
        await server.DisposeAsync();
        using var channel = new RpcChannel(address);
        var error = await Assert.ThrowsAsync<RpcException>(() => channel.SayAsync("")).InTime();
        Assert.Equal((StatusCode.Unavailable, TransportFailure.NotConnected), (error.Code, error.Reason));
        Assert.Contains(address.Authority, error.Message);
    }

    [Fact]
    public async Task Unary_ToAPortOfHttp1_IsATypedError()
    {
        await using var server = await FrameServer.StartAsync(Echo.AnswerAsync, HttpProtocols.Http1);
        using var channel = new RpcChannel(server.Address);
        var error = await Assert.ThrowsAsync<RpcException>(() => channel.SayAsync("")).InTime();
        Assert.True(error.Code is StatusCode.Unavailable or StatusCode.Internal, error.ToString());
    }

    [Fact]
    public async Task Unary_BeyondItsDeadline_EndsThereAndTheServerSeesIt()
    {
        var gone = new TaskCompletionSource();
        await using var server = await FrameServer.StartAsync(async context =>
        {
            await using var registration = context.RequestAborted.Register(() => gone.TrySetResult());
            await gone.Task;
        });
        using var channel = new RpcChannel(server.Address);
        var error = await Assert.ThrowsAsync<RpcException>(() => channel.SayAsync("", new CallOptions { Timeout = TimeSpan.FromMilliseconds(200) })).InTime();
        Assert.Equal(StatusCode.DeadlineExceeded, error.Code);
        await gone.Task.InTime();

        var late = await Assert.ThrowsAsync<RpcException>(() => channel.SayAsync("", new CallOptions { Timeout = TimeSpan.Zero })).InTime();
        Assert.Equal(StatusCode.DeadlineExceeded, late.Code);
    }

    [Fact]
    public async Task Unary_WhenCancelled_ThrowsThatAndTheServerSeesIt()
    {
        var begun = new TaskCompletionSource();
        var gone = new TaskCompletionSource();
        await using var server = await FrameServer.StartAsync(async context =>
        {
            begun.TrySetResult();
            await using var registration = context.RequestAborted.Register(() => gone.TrySetResult());
            await gone.Task;
        });
        using var channel = new RpcChannel(server.Address);
        using var cancel = new CancellationTokenSource();
        var call = channel.SayAsync("", new CallOptions { Cancellation = cancel.Token });
        await begun.Task.InTime();
        await cancel.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call).InTime();
        Assert.Equal(cancel.Token, error.CancellationToken);
        await gone.Task.InTime();
    }

    [Fact]
    public async Task Unary_OverSeveralConnections_UsesThemAll()
    {
        var connections = new ConcurrentDictionary<string, int>();
        var all = new TaskCompletionSource();
        int running = 0;
        await using var server = await FrameServer.StartAsync(async context =>
        {
            connections.AddOrUpdate(context.Connection.Id, 1, (_, count) => count + 1);
            if (Interlocked.Increment(ref running) == 9)
                all.SetResult();

            await all.Task;
            await Echo.AnswerAsync(context);
        });
        using var channel = new RpcChannel(server.Address, new RpcChannelOptions { Connections = 3 });
        await Task.WhenAll(Enumerable.Range(0, 9).Select(_ => channel.SayAsync("x"))).InTime();
        Assert.Equal([3, 3, 3], connections.Values);
    }

    [Fact]
    public async Task Unary_BeyondTheStreamsOfAConnection_WaitsForItsTurn()
    {
        var connections = new ConcurrentDictionary<string, int>();
        await using var server = await FrameServer.StartAsync(
            context =>
            {
                connections[context.Connection.Id] = 1;
                return Echo.AnswerAsync(context);
            },
            streamsMax: 10);
        using var channel = new RpcChannel(server.Address);

        // The first call learns how many streams there may be.
        await channel.SayAsync("first").InTime();
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => channel.SayAsync($"{i}"))).InTime();
        Assert.Single(connections);
    }

    [Fact]
    public async Task Metadata_ThatHttpReservesForBodies_IsRefused()
    {
        await using var server = await FrameServer.StartAsync(Echo.AnswerAsync);
        using var channel = new RpcChannel(server.Address);
        var error = await Assert.ThrowsAnyAsync<Exception>(() => channel.SayAsync("", new CallOptions { Headers = new Metadata { { "last-modified", "x" } } })).InTime();
        Assert.Contains("last-modified", error.Message);
    }

    [Fact]
    public void Codec_ThatFailsWhileWriting_DoesNotLeak() =>
        Assert.Throws<InvalidOperationException>(() => FrameWriter.Write(new FailingCodec(), "x", compress: false));

    private sealed class FailingCodec : IMessageCodec<string>
    {
        public Google.Protobuf.Reflection.MessageDescriptor Descriptor => StringValue.Descriptor;

        public string Read(in System.Buffers.ReadOnlySequence<byte> message) => "";

        public int Measure(string message) => 10;

        public void Write(string message, System.Buffers.IBufferWriter<byte> output) => throw new InvalidOperationException("cannot");
    }
}
