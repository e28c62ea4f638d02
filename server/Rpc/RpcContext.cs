using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc;

/// <summary>What a handler knows of its call beside the messages.</summary>
internal abstract class RpcContext
{
    /// <summary>Full name of the method, such as <c>vectorstore.v1.SearchService/Search</c>.</summary>
    public abstract string Method { get; }

    /// <summary>Cancelled when the caller gives up, the deadline passes, the connection breaks or the server is stopping for good.</summary>
    public abstract CancellationToken Cancellation { get; }

    /// <summary>When the caller stops waiting; null where it did not say.</summary>
    public abstract DateTimeOffset? Deadline { get; }

    /// <summary>What the caller sent along, without what belongs to the transport.</summary>
    public abstract Metadata RequestHeaders { get; }

    /// <summary>Goes out before the first response, or with <see cref="SendHeadersAsync"/>.</summary>
    public abstract Metadata ResponseHeaders { get; }

    /// <summary>Goes out with the status.</summary>
    public abstract Metadata ResponseTrailers { get; }

    /// <summary>Address of the other end, for logs.</summary>
    public abstract string Peer { get; }

    /// <summary>Whether responses are compressed where the caller accepts that. Set before the first response. Default: what the server's options say.</summary>
    public abstract bool CompressResponses { get; set; }

    /// <summary>Ends the call now with an error, while the handler still runs: its pending and later reads and writes throw <see cref="OperationCanceledException"/>.</summary>
    /// <remarks>For a handler that waits for a request and learns elsewhere that there is no point in that. Does nothing where the call has ended.</remarks>
    public abstract void EndNow(RpcException error);

    /// <summary>Whether the request that was read last arrived compressed.</summary>
    public virtual bool IsRequestCompressed => false;

    /// <summary>Sends the headers now instead of with the first response.</summary>
    public abstract ValueTask SendHeadersAsync();
}
