using System.Buffers.Text;
using System.IO.Pipelines;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc.Web;

/// <summary>Writes bytes as base64: what is flushed together is one part with its own padding, so that the other end can read it at once.</summary>
/// <param name="text">Takes the base64. Not completed by this.</param>
internal sealed class Base64PipeWriter(PipeWriter text) : PipeWriter
{
    private readonly PooledBufferWriter _bytes = new();

    public override void Advance(int bytes) => _bytes.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _bytes.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _bytes.GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_bytes.WrittenBytes > 0)
        {
            var target = text.GetSpan(Base64.GetMaxEncodedToUtf8Length(_bytes.WrittenBytes));
            Base64.EncodeToUtf8(_bytes.WrittenMemory.Span, target, out _, out int written);
            text.Advance(written);
            _bytes.Clear();
        }

        return text.FlushAsync(cancellationToken);
    }

    public override void CancelPendingFlush() => text.CancelPendingFlush();

    /// <summary>Gives the memory back. What was not flushed is lost.</summary>
    public override void Complete(Exception? exception = null) => _bytes.Dispose();
}
