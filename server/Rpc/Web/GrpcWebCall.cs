using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc.Calls;
using VectorStore.Server.Rpc.Grpc;

namespace VectorStore.Server.Rpc.Web;

/// <summary>A call of gRPC-Web: messages framed as those of gRPC, the status in a last frame in place of trailers; all of it in base64 where the caller asks for text.</summary>
internal sealed class GrpcWebCall(RpcRuntime runtime, bool isText) : GrpcCall(runtime, protocol: null)
{
    private PipeReader? _input;
    private PipeWriter? _output;

    protected override string ResponseContentType => isText ? GrpcWebProtocols.Text : GrpcWebProtocols.Proto;

    protected override PipeReader OpenReader() => _input = isText ? new Base64PipeReader(base.OpenReader()) : base.OpenReader();

    protected override PipeWriter OpenWriter() => _output = isText ? new Base64PipeWriter(base.OpenWriter()) : base.OpenWriter();

    protected override async ValueTask FinishAsync(RpcException? error)
    {
        if (!HasHeaders)
            PrepareHeaders();

        var trailers = new HeaderDictionary();
        WriteStatus(trailers, error);
        byte[] block = ToBytes(trailers);
        new GrpcFrame(GrpcFrameFlags.Trailers, block.Length).WriteHeader(_output!);
        _output!.Write(block);
        await _output!.FlushAsync();
    }

    protected override void Close()
    {
        base.Close();
        if (isText)
        {
            _input?.Complete();
            _output?.Complete();
        }

        _input = null;
        _output = null;
    }

    /// <summary>Trailers as a block of HTTP/1.1, names in lower case, without the empty line.</summary>
    private static byte[] ToBytes(HeaderDictionary trailers)
    {
        var block = new StringBuilder();
        foreach (var (name, values) in trailers)
        {
            foreach (string? value in values)
                block.Append(name.ToLowerInvariant()).Append(':').Append(' ').Append(value).Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(block.ToString());
    }
}
