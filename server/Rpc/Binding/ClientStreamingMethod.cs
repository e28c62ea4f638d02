using Google.Protobuf.Reflection;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc.Calls;

namespace VectorStore.Server.Rpc.Binding;

/// <summary>A stream of requests, one response, which may come before the last request.</summary>
internal sealed class ClientStreamingMethod<TRequest, TResponse>(
    MethodDescriptor descriptor, IMessageCodec<TRequest> requests, IMessageCodec<TResponse> responses, ClientStreamingHandler<TRequest, TResponse> handler)
    : RpcMethod(descriptor)
{
    public override async ValueTask InvokeAsync(RpcCall call)
    {
        var response = await handler(new CallReader<TRequest>(call, requests), call);
        await call.WriteMessageAsync(responses, response, isLast: true);
    }
}
