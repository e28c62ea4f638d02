using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc.Calls;

/// <summary>The requests of a call as its handler sees them.</summary>
internal sealed class CallReader<T>(RpcCall call, IMessageCodec<T> codec) : RpcStreamReader<T>
{
    private T? _current;

    public override T Current => _current!;

    public override async ValueTask<bool> MoveNextAsync()
    {
        _current = default;
        if (!await call.ReadMessageAsync())
            return false;

        _current = codec.Read(call.Message);
        call.ReleaseMessage();
        return true;
    }
}
