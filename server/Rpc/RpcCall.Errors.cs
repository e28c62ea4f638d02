using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc;

internal abstract partial class RpcCall
{
    /// <summary>The status for what ended a method.</summary>
    private RpcException Explain(Exception exception)
    {
        if (exception is RpcException error)
            return error;

        if (exception is OperationCanceledException || HasEnded || Http.RequestAborted.IsCancellationRequested)
        {
            _runtime.Logger.CallCancelled(Method, exception);
            return new RpcException(StatusCode.Cancelled, "the call was cancelled");
        }

        // The text of an exception may tell what is nobody's business; the log has it under the id.
        string id = Http.TraceIdentifier;
        _runtime.Logger.HandlerFailed(Method, id, exception);
        if (exception is OutOfMemoryException)
            return new RpcException(StatusCode.ResourceExhausted, $"the server ran short of memory in this call; its log has the details under {id}", RpcReasons.ServerOutOfMemory);

        return new RpcException(StatusCode.Internal, $"the server failed; its log has the details under {id}");
    }

    private RpcException NoSuchMethod()
    {
        string method = Method;
        int slash = method.IndexOf('/', StringComparison.Ordinal);
        string service = slash < 0 ? method : method[..slash];
        return _runtime.HasService(service)
            ? new RpcException(StatusCode.Unimplemented, $"service {service} has no method '{method[(slash + 1)..]}' here", RpcReasons.UnknownMethod)
            : new RpcException(StatusCode.Unimplemented, $"there is no service '{service}' here", RpcReasons.UnknownService);
    }

    private RpcException TooLarge(int lengthBytes) =>
        new(StatusCode.ResourceExhausted, $"a response of {Method} may have at most {Options.SendMessageBytesMax} bytes, got one of {lengthBytes}", RpcReasons.MessageTooLarge);
}
