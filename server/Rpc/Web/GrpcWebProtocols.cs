using VectorStore.Server.Rpc.Calls;

namespace VectorStore.Server.Rpc.Web;

/// <summary>gRPC-Web, in the forms of its content types.</summary>
internal static class GrpcWebProtocols
{
    public const string Proto = "application/grpc-web+proto";
    public const string Text = "application/grpc-web-text+proto";

    public static IEnumerable<RpcProtocol> Create(RpcRuntime runtime) =>
    [
        new MediaTypeProtocol([Proto, "application/grpc-web"], () => new GrpcWebCall(runtime, isText: false)),
        new MediaTypeProtocol([Text, "application/grpc-web-text"], () => new GrpcWebCall(runtime, isText: true)),
    ];
}
