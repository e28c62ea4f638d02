using System.Buffers;
using Google.Protobuf.Reflection;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc.Connect.Json;

namespace VectorStore.Server.Rpc.Connect;

internal sealed partial class ConnectUnaryCall
{
    // Memory that a caller gets by saying how much it is going to send.
    private const int PromisedBytesMax = 1 << 20;

    private bool _isRead;
    private PooledBufferWriter? _request;
    private WireWriter? _wire;
    private PooledBufferWriter? _response;
    private bool _isCompressed;

    public override bool IsRequestCompressed => _requestEncoding == GrpcCompression.Gzip;

    public override ReadOnlySequence<byte> Message => new(_wire?.Written ?? _request!.WrittenMemory);

    public override async ValueTask<bool> ReadMessageAsync()
    {
        if (_isRead)
            return false;

        _isRead = true;
        _request = new PooledBufferWriter((int)Math.Clamp(Http.Request.ContentLength ?? 0, 0, PromisedBytesMax));
        await ReadBodyAsync(_request);
        if (_requestEncoding == GrpcCompression.Gzip && _request.WrittenBytes > 0)
        {
            var decompressed = GrpcCompression.Decompress(_requestEncoding, new ReadOnlySequence<byte>(_request.WrittenMemory), RequestBytesMax);
            _request.Dispose();
            _request = decompressed;
        }

        if (isJson)
        {
            _wire = new WireWriter(_request.WrittenBytes);
            JsonRequestReader.Read(_request.WrittenMemory, _method!.Descriptor.InputType, _wire);
        }

        return true;
    }

    public override void ReleaseMessage()
    {
        _request?.Dispose();
        _request = null;
        _wire?.Dispose();
        _wire = null;
    }

    private async ValueTask ReadBodyAsync(PooledBufferWriter body)
    {
        if (Http.Request.ContentLength is { } promised && promised > RequestBytesMax)
            throw TooLarge(promised);

        while (true)
        {
            var result = await ReadTransportAsync(_reader!);
            if (result.IsCanceled)
                throw new OperationCanceledException("the call has ended");

            long size = body.WrittenBytes + result.Buffer.Length;
            if (size > RequestBytesMax)
            {
                _reader!.AdvanceTo(result.Buffer.End);
                throw TooLarge(size);
            }

            foreach (var segment in result.Buffer)
                body.Write(segment.Span);

            _reader!.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                return;
        }
    }

    /// <summary>Puts in place of the response what a conversion makes of it.</summary>
    private void Replace(Action<ReadOnlyMemory<byte>, MessageDescriptor, IBufferWriter<byte>> convert)
    {
        var before = _response!;
        _response = new PooledBufferWriter(before.WrittenBytes);
        try
        {
            convert(before.WrittenMemory, _method!.Descriptor.OutputType, _response);
        }
        finally
        {
            before.Dispose();
        }
    }

    private RpcException TooLarge(long size) =>
        new(StatusCode.ResourceExhausted, $"a request may have at most {RequestBytesMax} bytes, got {size} or more", RpcReasons.MessageTooLarge);
}
