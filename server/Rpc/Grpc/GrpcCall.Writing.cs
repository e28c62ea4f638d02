using System.Buffers;
using System.IO.Pipelines;
using Microsoft.Extensions.Primitives;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc.Grpc;

internal partial class GrpcCall
{
    private bool _acceptsGzip;
    private bool _hasHeaders;

    // The headers said that responses may be compressed.
    private bool _mayCompress;

    // Of the message that is being written, where it is to be compressed.
    private PooledBufferWriter? _uncompressed;

    /// <summary>Whether headers have been prepared: an error can no longer go in their place.</summary>
    protected bool HasHeaders => _hasHeaders;

    protected override IBufferWriter<byte> BeginMessage(int lengthBytes)
    {
        var writer = _writer ?? PrepareHeaders();
        if (_mayCompress && CompressResponses)
            return _uncompressed = new PooledBufferWriter(lengthBytes);

        new GrpcFrame(GrpcFrameFlags.None, lengthBytes).WriteHeader(writer);
        return writer;
    }

    protected override void EndMessage()
    {
        if (_uncompressed is not { } uncompressed)
            return;

        using var compressed = new PooledBufferWriter(uncompressed.WrittenBytes);
        GrpcCompression.Compress(new ReadOnlySequence<byte>(uncompressed.WrittenMemory), compressed);
        uncompressed.Dispose();
        _uncompressed = null;
        new GrpcFrame(GrpcFrameFlags.Compressed, compressed.WrittenBytes).WriteHeader(_writer!);
        _writer!.Write(compressed.WrittenMemory.Span);
    }

    protected override async ValueTask<bool> FlushAsync()
    {
        var writer = _writer ?? PrepareHeaders();
        try
        {
            var result = await writer.FlushAsync();
            return !result.IsCanceled && !result.IsCompleted;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Sets the headers, which go out with the first flush.</summary>
    protected PipeWriter PrepareHeaders()
    {
        var headers = Http.Response.Headers;
        headers.ContentType = ResponseContentType;
        _mayCompress = _acceptsGzip && CompressResponses;
        if (_mayCompress)
            SetResponseEncoding(headers, GrpcCompression.Gzip);

        if (ResponseHeadersOrNull is { } metadata)
            AppendTo(headers, metadata);

        _hasHeaders = true;
        return _writer = OpenWriter();
    }

    protected static void AppendTo(IHeaderDictionary headers, Metadata metadata)
    {
        foreach (var entry in metadata)
            headers[entry.Key] = StringValues.Concat(headers[entry.Key], entry.HeaderValue);
    }

    private void CloseWriting()
    {
        _uncompressed?.Dispose();
        _uncompressed = null;
        _acceptsGzip = false;
        _hasHeaders = false;
        _mayCompress = false;
    }
}
