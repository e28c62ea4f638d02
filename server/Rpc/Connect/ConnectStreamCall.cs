using System.Buffers;
using System.Text.Json;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc.Binding;
using VectorStore.Server.Rpc.Calls;
using VectorStore.Server.Rpc.Connect.Json;
using VectorStore.Server.Rpc.Grpc;

namespace VectorStore.Server.Rpc.Connect;

/// <summary>A streaming call of the Connect protocol: messages framed as those of gRPC, in JSON or in protobuf's format; the last frame has the status.</summary>
internal sealed class ConnectStreamCall(RpcRuntime runtime, bool isJson) : GrpcCall(runtime, protocol: null)
{
    // The flag of the last frame of an answer.
    private const GrpcFrameFlags EndOfStream = (GrpcFrameFlags)2;

    private RpcMethod? _method;

    // The request as its JSON says.
    private WireWriter? _request;

    // The response that is being written.
    private PooledBufferWriter? _response;

    // The method is unary: the answer is 415, and no stream.
    private bool _isWrongKind;

    public override ReadOnlySequence<byte> Message => _request is null ? base.Message : new ReadOnlySequence<byte>(_request.Written);

    protected override string ResponseContentType => isJson ? ConnectProtocols.StreamJson : ConnectProtocols.StreamProto;

    public override async ValueTask<bool> ReadMessageAsync()
    {
        if (!await base.ReadMessageAsync())
            return false;

        if (isJson)
            ReadJson();

        return true;
    }

    public override void ReleaseMessage()
    {
        if (_request is null)
        {
            base.ReleaseMessage();
            return;
        }

        _request.Dispose();
        _request = null;
    }

    protected override void Open(RpcMethod? method)
    {
        _method = method;
        var headers = Http.Request.Headers;
        ConnectHeaders.CheckVersion(headers);
        if (ConnectHeaders.ReadTimeout(headers) is { } timeout)
            SetTimeout(timeout);

        string? encoding = ConnectHeaders.Find(headers, ConnectHeaders.StreamEncoding);
        OpenMessages(encoding, ConnectHeaders.Find(headers, ConnectHeaders.StreamAcceptEncoding) ?? encoding);
        if (method?.Descriptor is not { IsClientStreaming: false, IsServerStreaming: false })
            return;

        _isWrongKind = true;
        throw ConnectRefusals.UnsupportedContentType(
            $"{Method} is a unary method: send the message as it is, as {(isJson ? ConnectProtocols.Json : ConnectProtocols.Proto)}");
    }

    protected override void SetResponseEncoding(IHeaderDictionary headers, string encoding) => headers[ConnectHeaders.StreamEncoding] = encoding;

    protected override IBufferWriter<byte> BeginMessage(int lengthBytes) =>
        isJson ? _response = new PooledBufferWriter(lengthBytes) : base.BeginMessage(lengthBytes);

    protected override void EndMessage()
    {
        if (_response is { } response)
        {
            using var json = new PooledBufferWriter(response.WrittenBytes * 2);
            JsonResponseWriter.Write(response.WrittenMemory, _method!.Descriptor.OutputType, json);
            _response = null;
            response.Dispose();
            base.BeginMessage(json.WrittenBytes).Write(json.WrittenMemory.Span);
        }

        base.EndMessage();
    }

    protected override async ValueTask FinishAsync(RpcException? error)
    {
        if (_isWrongKind)
        {
            await ConnectRefusals.ContentTypeAsync(Http, error!);
            return;
        }

        if (!HasHeaders)
            PrepareHeaders();

        using var end = new PooledBufferWriter();
        using (var writer = new Utf8JsonWriter(end, ConnectErrors.JsonOptions))
            WriteEnd(writer, error);

        var output = Http.Response.BodyWriter;
        new GrpcFrame(EndOfStream, end.WrittenBytes).WriteHeader(output);
        output.Write(end.WrittenMemory.Span);
        await output.FlushAsync();
    }

    protected override void Close()
    {
        _request?.Dispose();
        _request = null;
        _response?.Dispose();
        _response = null;
        base.Close();
    }

    /// <summary>Lets go of the frame at once: what its JSON says has a buffer of its own.</summary>
    private void ReadJson()
    {
        var frame = base.Message;
        using var joined = new PooledBufferWriter(frame.IsSingleSegment ? 0 : (int)frame.Length);
        if (!frame.IsSingleSegment)
        {
            foreach (var segment in frame)
                joined.Write(segment.Span);
        }

        var json = frame.IsSingleSegment ? frame.First : joined.WrittenMemory;
        _request = new WireWriter(json.Length);
        JsonRequestReader.Read(json, _method!.Descriptor.InputType, _request);
        base.ReleaseMessage();
    }

    private void WriteEnd(Utf8JsonWriter writer, RpcException? error)
    {
        writer.WriteStartObject();
        if (error is not null)
        {
            writer.WritePropertyName("error");
            ConnectErrors.Write(writer, error);
        }

        var trailers = (ResponseTrailersOrNull ?? []).Concat(error?.Trailers ?? []).GroupBy(entry => entry.Key, entry => entry.HeaderValue).ToArray();
        if (trailers.Length > 0)
        {
            writer.WriteStartObject("metadata");
            foreach (var trailer in trailers)
            {
                writer.WriteStartArray(trailer.Key);
                foreach (string value in trailer)
                    writer.WriteStringValue(value);

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
