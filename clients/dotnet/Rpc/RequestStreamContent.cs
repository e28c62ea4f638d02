using System.Net;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Rpc;

/// <summary>The body of a call with a stream of requests: open until completed, written to from outside. Flow control of HTTP/2 slows the writer down.</summary>
internal sealed class RequestStreamContent<T>(IMessageCodec<T> codec) : HttpContent
{
    private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsCompleted => _completed.Task.IsCompleted;

    /// <summary>Writes a message, and returns once the connection has taken it.</summary>
    public async ValueTask WriteAsync(T message, bool compress, CancellationToken cancellationToken)
    {
        var stream = await _opened.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        using var frame = FrameWriter.Write(codec, message, compress);
        await stream.WriteAsync(frame.WrittenMemory, cancellationToken).ConfigureAwait(false);
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>There are no more messages.</summary>
    public void Complete() => _completed.TrySetResult();

    /// <summary>The call could not begin: whoever writes, or waits to, gets this.</summary>
    public void Fail(Exception exception)
    {
        _opened.TrySetException(exception);
        _ = _opened.Task.Exception;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // Headers go out now: a server that speaks first must hear of the call.
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (!_opened.TrySetResult(stream))
            throw new RpcException(StatusCode.Unavailable, "the connection was lost, and a stream of requests cannot be sent a second time");

        await _completed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
