using System.Buffers;
using System.IO.Pipelines;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc.Binding;
using VectorStore.Server.Rpc.Calls;
using VectorStore.Server.Rpc.Connect.Json;

namespace VectorStore.Server.Rpc.Connect;

/// <summary>A unary call of the Connect protocol: the body is the message, in JSON or in protobuf's format, and the status is that of HTTP.</summary>
internal sealed partial class ConnectUnaryCall(RpcRuntime runtime, bool isJson) : RpcCall(runtime)
{
    private RpcMethod? _method;
    private PipeReader? _reader;
    private string? _requestEncoding;
    private bool _acceptsGzip;

    // The method is a stream: the answer is 415, whatever the code.
    private bool _isWrongKind;

    protected override void Open(RpcMethod? method)
    {
        _method = method;
        _reader = Http.Request.BodyReader;
        var headers = Http.Request.Headers;
        ConnectHeaders.CheckVersion(headers);
        if (ConnectHeaders.ReadTimeout(headers) is { } timeout)
            SetTimeout(timeout);

        _requestEncoding = ConnectHeaders.Find(headers, "Content-Encoding");
        GrpcCompression.CheckSupported(_requestEncoding);
        _acceptsGzip = ConnectHeaders.AcceptsGzip(ConnectHeaders.Find(headers, "Accept-Encoding") ?? _requestEncoding);
        if (method?.Descriptor is { IsClientStreaming: false, IsServerStreaming: false } or null)
            return;

        _isWrongKind = true;
        throw ConnectRefusals.UnsupportedContentType(
            $"{Method} is a streaming method: call it by gRPC, by gRPC-Web, or as {(isJson ? ConnectProtocols.StreamJson : ConnectProtocols.StreamProto)}");
    }

    protected override IBufferWriter<byte> BeginMessage(int lengthBytes) => _response = new PooledBufferWriter(lengthBytes);

    protected override void EndMessage()
    {
        if (isJson)
            Replace(static (wire, type, output) => JsonResponseWriter.Write(wire, type, output));

        if (_acceptsGzip && CompressResponses)
        {
            Replace(static (body, _, output) => GrpcCompression.Compress(new ReadOnlySequence<byte>(body), output));
            _isCompressed = true;
        }
    }

    /// <remarks>Nothing goes out before the status: trailers are headers here.</remarks>
    protected override ValueTask<bool> FlushAsync() => ValueTask.FromResult(true);

    protected override async ValueTask FinishAsync(RpcException? error)
    {
        var headers = Http.Response.Headers;
        ConnectHeaders.Append(headers, "", ResponseHeadersOrNull);
        ConnectHeaders.Append(headers, ConnectHeaders.TrailerPrefix, ResponseTrailersOrNull);
        if (error is not null)
        {
            ConnectHeaders.Append(headers, ConnectHeaders.TrailerPrefix, error.Trailers);
            await (_isWrongKind ? ConnectRefusals.ContentTypeAsync(Http, error) : ConnectErrors.AnswerAsync(Http, error));
            return;
        }

        Http.Response.ContentType = isJson ? ConnectProtocols.Json : ConnectProtocols.Proto;
        Http.Response.ContentLength = _response!.WrittenBytes;
        if (_isCompressed)
            headers.ContentEncoding = GrpcCompression.Gzip;

        await Http.Response.BodyWriter.WriteAsync(_response.WrittenMemory);
    }

    protected override void InterruptTransport() => _reader?.CancelPendingRead();

    protected override void Close()
    {
        ReleaseMessage();
        _response?.Dispose();
        _response = null;
    }
}
