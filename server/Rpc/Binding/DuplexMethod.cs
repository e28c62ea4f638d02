using Google.Protobuf.Reflection;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc.Calls;

namespace VectorStore.Server.Rpc.Binding;

/// <summary>Two streams, in whatever order the handler likes.</summary>
internal sealed class DuplexMethod<TRequest, TResponse>(
    MethodDescriptor descriptor, IMessageCodec<TRequest> requests, IMessageCodec<TResponse> responses, DuplexHandler<TRequest, TResponse> handler)
    : RpcMethod(descriptor)
{
    public override ValueTask InvokeAsync(RpcCall call) =>
        handler(new CallReader<TRequest>(call, requests), new CallWriter<TResponse>(call, responses), call);
}
