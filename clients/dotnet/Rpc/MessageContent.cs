using System.Net;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Rpc;

/// <summary>The body of a call with one request: one frame, written in one piece. May be written again where the connection was gone before the server saw anything.</summary>
internal sealed class MessageContent<T>(IMessageCodec<T> codec, T message, bool compress) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var frame = FrameWriter.Write(codec, message, compress);
        await stream.WriteAsync(frame.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
