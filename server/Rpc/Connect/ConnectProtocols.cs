using VectorStore.Server.Rpc.Calls;

namespace VectorStore.Server.Rpc.Connect;

/// <summary>The Connect protocol, in the forms of its content types.</summary>
internal static class ConnectProtocols
{
    public const string Json = "application/json";
    public const string Proto = "application/proto";
    public const string StreamJson = "application/connect+json";
    public const string StreamProto = "application/connect+proto";

    public static IEnumerable<RpcProtocol> Create(RpcRuntime runtime) =>
    [
        new MediaTypeProtocol([Json], () => new ConnectUnaryCall(runtime, isJson: true)),
        new MediaTypeProtocol([Proto], () => new ConnectUnaryCall(runtime, isJson: false)),
        new MediaTypeProtocol([StreamJson], () => new ConnectStreamCall(runtime, isJson: true)),
        new MediaTypeProtocol([StreamProto], () => new ConnectStreamCall(runtime, isJson: false)),
    ];
}
