using Microsoft.Extensions.ObjectPool;
using VectorStore.Server.Rpc.Calls;

namespace VectorStore.Server.Rpc.Grpc;

/// <summary>gRPC over HTTP/2.</summary>
internal sealed class GrpcProtocol : RpcProtocol
{
    public const string ContentType = "application/grpc";

    // Calls that are kept for the next ones: more than run at once on one connection of most clients.
    private const int KeptCallsMax = 256;

    private readonly ObjectPool<GrpcCall> _calls;

    public GrpcProtocol(RpcRuntime runtime) => _calls = new DefaultObjectPool<GrpcCall>(new CallPolicy(this, runtime), KeptCallsMax);

    /// <summary>application/grpc alone, with parameters, or with the suffix +proto.</summary>
    public override bool Accepts(string contentType)
    {
        if (string.Equals(contentType, ContentType, StringComparison.Ordinal))
            return true;

        if (!contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase))
            return false;

        var rest = contentType.AsSpan(ContentType.Length);
        if (rest.StartsWith("+proto", StringComparison.OrdinalIgnoreCase))
            rest = rest["+proto".Length..];

        rest = rest.TrimStart(' ');
        return rest.IsEmpty || rest[0] == ';';
    }

    public override RpcCall Rent() => _calls.Get();

    public void Return(GrpcCall call) => _calls.Return(call);

    private sealed class CallPolicy(GrpcProtocol protocol, RpcRuntime runtime) : PooledObjectPolicy<GrpcCall>
    {
        public override GrpcCall Create() => new(runtime, protocol);

        // A call that comes back is as new.
        public override bool Return(GrpcCall obj) => true;
    }
}
