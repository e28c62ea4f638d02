using Google.Protobuf;
using VectorStore.Client.Rpc;
using VectorStore.Interop.Testing;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Interop.Tests.Clients;

/// <summary>The standard interoperability cases, driven by our own client.</summary>
internal static partial class StandardCases
{
    private const string Service = "grpc.testing.TestService";

    private static readonly CallOptions s_bounded = new() { Timeout = TimeSpan.FromSeconds(60) };
    private static readonly int[] s_requestSizes = [27182, 8, 1828, 45904];
    private static readonly int[] s_responseSizes = [31415, 9, 2653, 58979];

    private static readonly Dictionary<string, Func<RpcChannel, Task>> s_cases = new(StringComparer.Ordinal)
    {
        ["empty_unary"] = EmptyUnaryAsync,
        ["large_unary"] = LargeUnaryAsync,
        ["client_streaming"] = ClientStreamingAsync,
        ["server_streaming"] = ServerStreamingAsync,
        ["ping_pong"] = PingPongAsync,
        ["empty_stream"] = EmptyStreamAsync,
        ["client_compressed_unary"] = ClientCompressedUnaryAsync,
        ["server_compressed_unary"] = ServerCompressedUnaryAsync,
        ["client_compressed_streaming"] = ClientCompressedStreamingAsync,
        ["server_compressed_streaming"] = ServerCompressedStreamingAsync,
        ["custom_metadata"] = CustomMetadataAsync,
        ["status_code_and_message"] = StatusCodeAndMessageAsync,
        ["special_status_message"] = SpecialStatusMessageAsync,
        ["unimplemented_method"] = UnimplementedMethodAsync,
        ["unimplemented_service"] = UnimplementedServiceAsync,
        ["cancel_after_begin"] = CancelAfterBeginAsync,
        ["cancel_after_first_response"] = CancelAfterFirstResponseAsync,
        ["timeout_on_sleeping_server"] = TimeoutOnSleepingServerAsync,
    };

    public static async Task RunAsync(string name, string authority)
    {
        using var channel = new RpcChannel(new Uri($"http://{authority}"));
        await s_cases[name](channel).WaitAsync(TimeSpan.FromSeconds(90));
    }

    private static async Task EmptyUnaryAsync(RpcChannel channel) => Assert.Equal(new Empty(), await UnaryAsync<Empty, Empty>(channel, "EmptyCall", new Empty()));

    private static async Task LargeUnaryAsync(RpcChannel channel) => AssertZeros(314159, (await UnaryCallAsync(channel, LargeRequest())).Payload);

    private static async Task ClientStreamingAsync(RpcChannel channel)
    {
        await using var stream = Input(channel);
        foreach (int size in s_requestSizes)
            await stream.WriteAsync(new StreamingInputCallRequest { Payload = Zeros(size) });

        Assert.Equal(74922, (await stream.ResponseAsync()).AggregatedPayloadSize);
    }

    private static async Task ServerStreamingAsync(RpcChannel channel)
    {
        var request = new StreamingOutputCallRequest();
        request.ResponseParameters.AddRange(s_responseSizes.Select(size => new ResponseParameters { Size = size }));
        await using var stream = Output(channel, request);
        foreach (int size in s_responseSizes)
        {
            Assert.True(await stream.MoveNextAsync());
            AssertZeros(size, stream.Current.Payload);
        }

        Assert.False(await stream.MoveNextAsync());
    }

    private static async Task PingPongAsync(RpcChannel channel)
    {
        await using var stream = Duplex(channel);
        for (int index = 0; index < s_requestSizes.Length; index++)
        {
            await stream.WriteAsync(Ping(index));
            Assert.True(await stream.MoveNextAsync());
            AssertZeros(s_responseSizes[index], stream.Current.Payload);
        }

        stream.Complete();
        Assert.False(await stream.MoveNextAsync());
    }

    private static async Task EmptyStreamAsync(RpcChannel channel)
    {
        await using var stream = Duplex(channel);
        stream.Complete();
        Assert.False(await stream.MoveNextAsync());
    }

    private static async Task CustomMetadataAsync(RpcChannel channel)
    {
        byte[] trailing = [0xab, 0xab, 0xab];
        Metadata headers = [];
        headers.Add("x-grpc-test-echo-initial", "test_initial_metadata_value");
        headers.Add("x-grpc-test-echo-trailing-bin", trailing);

        var unary = s_bounded with { Headers = headers, Response = new ResponseMetadata() };
        await UnaryCallAsync(channel, new SimpleRequest { ResponseSize = 1, Payload = Zeros(1) }, unary);
        AssertEchoed(unary.Response!);

        var duplex = s_bounded with { Headers = headers, Response = new ResponseMetadata() };
        await using var stream = Duplex(channel, duplex);
        await stream.WriteAsync(new StreamingOutputCallRequest { ResponseParameters = { new ResponseParameters { Size = 1 } }, Payload = Zeros(1) });
        stream.Complete();
        Assert.True(await stream.MoveNextAsync());
        Assert.False(await stream.MoveNextAsync());
        AssertEchoed(duplex.Response!);

        void AssertEchoed(ResponseMetadata response)
        {
            Assert.Equal("test_initial_metadata_value", response.Headers.GetText("x-grpc-test-echo-initial"));
            Assert.Equal(trailing, response.Trailers.GetBytes("x-grpc-test-echo-trailing-bin")?.ToArray());
        }
    }

    private static async Task StatusCodeAndMessageAsync(RpcChannel channel)
    {
        var status = new EchoStatus { Code = 2, Message = "test status message" };
        AssertStatus(status, await Assert.ThrowsAsync<RpcException>(() => UnaryCallAsync(channel, new SimpleRequest { ResponseStatus = status })));

        await using var stream = Duplex(channel);
        await stream.WriteAsync(new StreamingOutputCallRequest { ResponseStatus = status });
        stream.Complete();
        AssertStatus(status, await Assert.ThrowsAsync<RpcException>(async () => await stream.MoveNextAsync()));
    }

    private static async Task SpecialStatusMessageAsync(RpcChannel channel)
    {
        var status = new EchoStatus { Code = 2, Message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n" };
        AssertStatus(status, await Assert.ThrowsAsync<RpcException>(() => UnaryCallAsync(channel, new SimpleRequest { ResponseStatus = status })));
    }

    private static async Task UnimplementedMethodAsync(RpcChannel channel)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => UnaryAsync<Empty, Empty>(channel, "UnimplementedMethod", new Empty()));
        Assert.Equal(StatusCode.Unimplemented, error.Code);
    }

    private static async Task UnimplementedServiceAsync(RpcChannel channel)
    {
        var call = channel.UnaryAsync("grpc.testing.UnimplementedService/UnimplementedCall", GeneratedCodec<Empty>.Instance, GeneratedCodec<Empty>.Instance, new Empty(), s_bounded);
        var error = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(StatusCode.Unimplemented, error.Code);
    }

    private static async Task CancelAfterBeginAsync(RpcChannel channel)
    {
        await using var stream = Input(channel);
        stream.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.ResponseAsync());
    }

    private static async Task CancelAfterFirstResponseAsync(RpcChannel channel)
    {
        await using var stream = Duplex(channel);
        await stream.WriteAsync(Ping(0));
        Assert.True(await stream.MoveNextAsync());
        AssertZeros(s_responseSizes[0], stream.Current.Payload);
        stream.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.MoveNextAsync());
    }

    private static async Task TimeoutOnSleepingServerAsync(RpcChannel channel)
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await using var stream = Duplex(channel, new CallOptions { Timeout = TimeSpan.FromMilliseconds(1) });
            await stream.WriteAsync(new StreamingOutputCallRequest { Payload = Zeros(27182) });
            await stream.MoveNextAsync();
        });
        Assert.Equal(StatusCode.DeadlineExceeded, error.Code);
    }

    private static Task<SimpleResponse> UnaryCallAsync(RpcChannel channel, SimpleRequest request, CallOptions? options = null) =>
        UnaryAsync<SimpleRequest, SimpleResponse>(channel, "UnaryCall", request, options);

    private static Task<TResponse> UnaryAsync<TRequest, TResponse>(RpcChannel channel, string method, TRequest request, CallOptions? options = null)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        channel.UnaryAsync($"{Service}/{method}", GeneratedCodec<TRequest>.Instance, GeneratedCodec<TResponse>.Instance, request, options ?? s_bounded);

    private static RpcStream<StreamingInputCallRequest, StreamingInputCallResponse> Input(RpcChannel channel, CallOptions? options = null) =>
        channel.Streaming(
            $"{Service}/StreamingInputCall", GeneratedCodec<StreamingInputCallRequest>.Instance, GeneratedCodec<StreamingInputCallResponse>.Instance, options ?? s_bounded);

    private static RpcStream<StreamingOutputCallRequest, StreamingOutputCallResponse> Output(RpcChannel channel, StreamingOutputCallRequest request, CallOptions? options = null) =>
        channel.ServerStreaming(
            $"{Service}/StreamingOutputCall", GeneratedCodec<StreamingOutputCallRequest>.Instance, GeneratedCodec<StreamingOutputCallResponse>.Instance, request, options ?? s_bounded);

    private static RpcStream<StreamingOutputCallRequest, StreamingOutputCallResponse> Duplex(RpcChannel channel, CallOptions? options = null) =>
        channel.Streaming(
            $"{Service}/FullDuplexCall", GeneratedCodec<StreamingOutputCallRequest>.Instance, GeneratedCodec<StreamingOutputCallResponse>.Instance, options ?? s_bounded);

    private static Payload Zeros(int size) => new() { Body = UnsafeByteOperations.UnsafeWrap(new byte[size]) };

    private static SimpleRequest LargeRequest() => new() { ResponseSize = 314159, Payload = Zeros(271828) };

    private static StreamingOutputCallRequest Ping(int index) =>
        new() { ResponseParameters = { new ResponseParameters { Size = s_responseSizes[index] } }, Payload = Zeros(s_requestSizes[index]) };

    private static void AssertZeros(int size, Payload payload)
    {
        Assert.Equal(size, payload.Body.Length);
        Assert.False(payload.Body.Span.ContainsAnyExcept((byte)0));
    }

    private static void AssertStatus(EchoStatus expected, RpcException error)
    {
        Assert.Equal((StatusCode)expected.Code, error.Code);
        Assert.Equal(expected.Message, error.Message);
    }
}
