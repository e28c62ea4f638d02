using Google.Protobuf.Reflection;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc.Calls;

namespace VectorStore.Server.Rpc.Binding;

/// <summary>One request, a stream of responses.</summary>
internal sealed class ServerStreamingMethod<TRequest, TResponse>(
    MethodDescriptor descriptor, IMessageCodec<TRequest> requests, IMessageCodec<TResponse> responses, ServerStreamingHandler<TRequest, TResponse> handler)
    : RpcMethod(descriptor)
{
    public override async ValueTask InvokeAsync(RpcCall call)
    {
        var request = await ReadOneAsync(call, requests);
        await handler(request, new CallWriter<TResponse>(call, responses), call);
    }
}
