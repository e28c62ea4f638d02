using Google.Protobuf;
using VectorStore.Interop.Testing;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc;
using VectorStore.Server.Rpc.Binding;

namespace VectorStore.Interop.Host;

/// <summary>The standard interoperability service <c>grpc.testing.TestService</c>. UnimplementedMethod is left out, as the standard wants it.</summary>
internal sealed class InteropService : IRpcService
{
    public RpcServiceBinding Bind() =>
        new RpcServiceBinding(TestReflection.Descriptor.FindTypeByName<Google.Protobuf.Reflection.ServiceDescriptor>("TestService"))
            .Unary<Empty, Empty>("EmptyCall", EmptyCall)
            .Unary<SimpleRequest, SimpleResponse>("UnaryCall", UnaryCall)
            .ServerStreaming<StreamingOutputCallRequest, StreamingOutputCallResponse>("StreamingOutputCall", StreamingOutputCallAsync)
            .ClientStreaming<StreamingInputCallRequest, StreamingInputCallResponse>("StreamingInputCall", StreamingInputCallAsync)
            .Duplex<StreamingOutputCallRequest, StreamingOutputCallResponse>("FullDuplexCall", FullDuplexCallAsync)
            .Duplex<StreamingOutputCallRequest, StreamingOutputCallResponse>("HalfDuplexCall", HalfDuplexCallAsync);

    private ValueTask<Empty> EmptyCall(Empty request, RpcContext context)
    {
        Echo(context);
        return ValueTask.FromResult(request);
    }

    private ValueTask<SimpleResponse> UnaryCall(SimpleRequest request, RpcContext context)
    {
        Echo(context);
        CheckCompression(request.ExpectCompressed, context);
        EndWith(request.ResponseStatus);
        if (request.ResponseCompressed is { } compressed)
            context.CompressResponses = compressed.Value;

        return ValueTask.FromResult(new SimpleResponse { Payload = Zeros(request.ResponseSize) });
    }

    private async ValueTask StreamingOutputCallAsync(StreamingOutputCallRequest request, RpcStreamWriter<StreamingOutputCallResponse> responses, RpcContext context)
    {
        Echo(context);
        EndWith(request.ResponseStatus);

        // The headers say that responses may be compressed; each is or is not.
        context.CompressResponses = request.ResponseParameters.Any(parameters => parameters.Compressed?.Value == true);
        await context.SendHeadersAsync();
        await RespondAsync(request, responses, context);
    }

    private async ValueTask<StreamingInputCallResponse> StreamingInputCallAsync(RpcStreamReader<StreamingInputCallRequest> requests, RpcContext context)
    {
        Echo(context);
        int size = 0;
        await foreach (var request in requests)
        {
            CheckCompression(request.ExpectCompressed, context);
            size += request.Payload?.Body.Length ?? 0;
        }

        return new StreamingInputCallResponse { AggregatedPayloadSize = size };
    }

    private async ValueTask FullDuplexCallAsync(
        RpcStreamReader<StreamingOutputCallRequest> requests, RpcStreamWriter<StreamingOutputCallResponse> responses, RpcContext context)
    {
        Echo(context);
        await foreach (var request in requests)
        {
            EndWith(request.ResponseStatus);
            await RespondAsync(request, responses, context);
        }
    }

    private async ValueTask HalfDuplexCallAsync(
        RpcStreamReader<StreamingOutputCallRequest> requests, RpcStreamWriter<StreamingOutputCallResponse> responses, RpcContext context)
    {
        Echo(context);
        var held = new List<StreamingOutputCallRequest>();
        await foreach (var request in requests)
            held.Add(request);

        foreach (var request in held)
            await RespondAsync(request, responses, context);
    }

    private static async ValueTask RespondAsync(
        StreamingOutputCallRequest request, RpcStreamWriter<StreamingOutputCallResponse> responses, RpcContext context)
    {
        foreach (var parameters in request.ResponseParameters)
        {
            if (parameters.IntervalUs > 0)
                await Task.Delay(TimeSpan.FromMicroseconds(parameters.IntervalUs), context.Cancellation);

            if (parameters.Compressed is { } compressed)
                context.CompressResponses = compressed.Value;

            await responses.WriteAsync(new StreamingOutputCallResponse { Payload = Zeros(parameters.Size) });
        }
    }

    private static void Echo(RpcContext context) => MetadataEcho.Copy(context, "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin");

    private static void CheckCompression(BoolValue? expected, RpcContext context)
    {
        if (expected is { Value: true } && !context.IsRequestCompressed)
            throw new RpcException(StatusCode.InvalidArgument, "the message was to be compressed, and is not");
    }

    private static void EndWith(EchoStatus? status)
    {
        if (status is { Code: not 0 })
            throw new RpcException((StatusCode)status.Code, status.Message);
    }

    private static Payload Zeros(int size) => new() { Type = PayloadType.Compressable, Body = UnsafeByteOperations.UnsafeWrap(new byte[size]) };
}
