using System.Net.Sockets;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Rpc;

/// <summary>What failures of HTTP/2 mean in gRPC.</summary>
internal static class TransportFailure
{
    /// <summary>Reason of a call that never left: there was no connection.</summary>
    public const string NotConnected = "NOT_CONNECTED";

    /// <summary>Reason of a call whose connection broke: it may have taken effect.</summary>
    public const string ConnectionLost = "CONNECTION_LOST";

    // Error codes of RFC 9113, section 7.
    private const long NoError = 0;
    private const long StreamClosed = 5;
    private const long RefusedStream = 7;
    private const long Cancel = 8;
    private const long EnhanceYourCalm = 11;
    private const long InadequateSecurity = 12;

    /// <summary>The error of a call whose transport failed.</summary>
    public static RpcException ToRpcException(Exception exception, Uri address)
    {
        HttpProtocolException? protocol = null;
        bool isConnection = false;
        bool isConnecting = false;
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is RpcException known)
                return known;

            protocol ??= cause as HttpProtocolException;
            isConnecting |= cause is HttpRequestException
            {
                HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
            };
            isConnection |= cause is HttpRequestException or HttpIOException or IOException or SocketException or ObjectDisposedException;
        }

        if (exception is OperationCanceledException)
            return new RpcException(StatusCode.Cancelled, $"{address.Authority} takes no more requests of this call", "STREAM_RESET", innerException: exception);

        if (protocol is not null)
            return FromReset(protocol, exception, address);

        if (isConnecting)
            return new RpcException(StatusCode.Unavailable, $"{address.Authority} cannot be reached: {Describe(exception)}", NotConnected, innerException: exception);

        return isConnection
            ? new RpcException(StatusCode.Unavailable, $"the connection to {address.Authority} was lost: {Describe(exception)}", ConnectionLost, innerException: exception)
            : new RpcException(StatusCode.Internal, $"the client failed: {exception.GetType().Name}: {exception.Message}", innerException: exception);
    }

    /// <summary>Reading an answer failed: what would be the caller's mistake in a request is the server's here.</summary>
    public static RpcException Unreadable(RpcException local) => local.Code is StatusCode.InvalidArgument or StatusCode.Unimplemented
        ? new RpcException(StatusCode.Internal, $"the server's answer cannot be read: {local.Message}", local.Reason, innerException: local)
        : local;

    private static RpcException FromReset(HttpProtocolException protocol, Exception exception, Uri address)
    {
        // A server that goes away ends its streams without an error, and STREAM_CLOSED ends a connection, never a call: those calls may be tried elsewhere or again.
        var code = protocol.ErrorCode switch
        {
            NoError or StreamClosed or RefusedStream => StatusCode.Unavailable,
            Cancel => StatusCode.Cancelled,
            EnhanceYourCalm => StatusCode.ResourceExhausted,
            InadequateSecurity => StatusCode.PermissionDenied,
            _ => StatusCode.Internal,
        };
        return new RpcException(code, $"{address.Authority} reset the call: {protocol.Message}", "STREAM_RESET", innerException: exception);
    }

    /// <summary>The innermost sentence says most: "Connection refused (127.0.0.1:6334)".</summary>
    private static string Describe(Exception exception)
    {
        while (exception.InnerException is { } inner && exception is not SocketException)
            exception = inner;

        return exception.Message;
    }
}
