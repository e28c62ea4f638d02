using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc.Calls;

/// <summary>The responses of a call as its handler sees them.</summary>
internal sealed class CallWriter<T>(RpcCall call, IMessageCodec<T> codec) : RpcStreamWriter<T>
{
    public override ValueTask WriteAsync(T response) => call.WriteMessageAsync(codec, response, isLast: false);
}
