using System.IO.Pipelines;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc;

/// <summary>Reading what the caller sends.</summary>
internal abstract partial class RpcCall
{
    /// <summary>The next bytes of the request's body; what goes wrong on the way becomes the call's end.</summary>
    protected static async ValueTask<ReadResult> ReadTransportAsync(PipeReader reader)
    {
        try
        {
            return await reader.ReadAsync();
        }
        catch (BadHttpRequestException malformed)
        {
            throw new RpcException(StatusCode.InvalidArgument, $"the request is malformed: {malformed.Message}", RpcReasons.MalformedFrame, innerException: malformed);
        }
        catch (IOException broken)
        {
            throw new OperationCanceledException("the caller is gone", broken);
        }
    }
}
