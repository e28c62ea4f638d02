using Google.Protobuf.Reflection;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc.Binding;

/// <summary>One request, one response.</summary>
internal sealed class UnaryMethod<TRequest, TResponse>(
    MethodDescriptor descriptor, IMessageCodec<TRequest> requests, IMessageCodec<TResponse> responses, UnaryHandler<TRequest, TResponse> handler)
    : RpcMethod(descriptor)
{
    public override async ValueTask InvokeAsync(RpcCall call)
    {
        var request = await ReadOneAsync(call, requests);
        var response = await handler(request, call);
        await call.WriteMessageAsync(responses, response, isLast: true);
    }
}
