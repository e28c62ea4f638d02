using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Services;

/// <summary>The answer to what is too much at once. Nothing was done; repeating it a little later helps.</summary>
internal static class Busy
{
    public const string Reason = "SERVER_BUSY";

    public static RpcException Because(string why) => new(StatusCode.Unavailable, $"the server is busy: {why}; try again a little later", Reason);
}
