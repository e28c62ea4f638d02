using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc;

internal abstract partial class RpcCall
{
    private Metadata? _requestHeaders;
    private Metadata? _responseHeaders;
    private Metadata? _responseTrailers;

    /// <exception cref="RpcException">A header that ends in -bin is not base64.</exception>
    public override Metadata RequestHeaders => _requestHeaders ??= ReadRequestHeaders();

    public override Metadata ResponseHeaders => _responseHeaders ??= [];

    public override Metadata ResponseTrailers => _responseTrailers ??= [];

    public override string Peer => $"{Http.Connection.RemoteIpAddress}:{Http.Connection.RemotePort}";

    /// <summary>What the handler wants to send with the headers; null where that is nothing.</summary>
    protected Metadata? ResponseHeadersOrNull => MayChange ? null : _responseHeaders;

    /// <summary>What the handler wants to send with the status; null where that is nothing.</summary>
    protected Metadata? ResponseTrailersOrNull => MayChange ? null : _responseTrailers;

    // The call was ended from outside, and its handler may be writing to its metadata.
    private bool MayChange => _handlerRuns && !_ownsEnd && HasEnded;

    private Metadata ReadRequestHeaders()
    {
        var metadata = new Metadata();
        foreach (var (name, values) in Http.Request.Headers)
        {
            foreach (string? value in values)
                metadata.AddHeader(name, value ?? "");
        }

        return metadata;
    }
}
