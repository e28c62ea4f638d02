using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc.Binding;
using VectorStore.Server.Rpc.Calls;

namespace VectorStore.Server.Rpc.Grpc;

/// <summary>A call of gRPC: messages with a prefix of five bytes, the status in trailers.</summary>
/// <remarks>gRPC-Web derives from it: the same messages, another end.</remarks>
/// <param name="runtime">What calls share.</param>
/// <param name="protocol">Where the call goes for its next use; null: nowhere.</param>
internal partial class GrpcCall(RpcRuntime runtime, GrpcProtocol? protocol) : RpcCall(runtime)
{
    private PipeReader? _reader;
    private PipeWriter? _writer;

    /// <summary>The content type of the answer.</summary>
    protected virtual string ResponseContentType => GrpcProtocol.ContentType;

    /// <summary>Says in the headers how responses may be compressed.</summary>
    protected virtual void SetResponseEncoding(IHeaderDictionary headers, string encoding) => headers.GrpcEncoding = encoding;

    /// <summary>Where requests come from.</summary>
    protected virtual PipeReader OpenReader() => Http.Request.BodyReader;

    /// <summary>Where responses go.</summary>
    protected virtual PipeWriter OpenWriter() => Http.Response.BodyWriter;

    protected override void Open(RpcMethod? method)
    {
        var headers = Http.Request.Headers;
        var timeout = headers.GrpcTimeout;
        if (timeout.Count > 0)
            SetTimeout(GrpcTimeout.Parse(timeout.ToString()));

        OpenMessages(
            headers.GrpcEncoding is { Count: > 0 } encoding ? encoding.ToString() : null,
            headers.GrpcAcceptEncoding is { Count: > 0 } acceptEncoding ? acceptEncoding.ToString() : null);
    }

    /// <summary>Gets ready to read and write messages. For protocols whose headers have other names.</summary>
    /// <param name="requestEncoding">How compressed requests are compressed; null: none is.</param>
    /// <param name="acceptEncoding">How responses may be compressed; null: not at all.</param>
    /// <exception cref="RpcException">The encoding of requests is not known.</exception>
    protected void OpenMessages(string? requestEncoding, string? acceptEncoding)
    {
        _acceptsGzip = acceptEncoding is not null && GrpcCompression.Accepts(acceptEncoding, GrpcCompression.Gzip);
        if (requestEncoding is not null)
        {
            _requestEncoding = requestEncoding;
            GrpcCompression.CheckSupported(requestEncoding);
        }

        // The limit is on messages; a stream may have any number of them.
        if (Http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { MaxRequestBodySize: not null, IsReadOnly: false } bodySize)
            bodySize.MaxRequestBodySize = null;

        _reader = OpenReader();
    }

    protected override void Close()
    {
        CloseReading();
        CloseWriting();
        _reader = null;
        _writer = null;
    }

    protected override void Recycle() => protocol?.Return(this);

    protected override void InterruptTransport()
    {
        _reader?.CancelPendingRead();
        _writer?.CancelPendingFlush();
    }
}
