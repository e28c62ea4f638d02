using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc.Web;

/// <summary>Reads the bytes behind base64. The text may consist of several parts, each with its own padding, as callers make them who send one piece after another.</summary>
/// <remarks>Decodes what has arrived when it is asked for more, and no sooner, so that a caller is slowed down as without base64. One reader at a time.</remarks>
/// <param name="text">The base64. Not completed by this.</param>
internal sealed class Base64PipeReader(PipeReader text) : PipeReader
{
    private const int QuadLength = 4;

    private static readonly SearchValues<byte> s_alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="u8);

    // Nobody waits for room in it: it is only written to when all of it has been examined.
    private readonly Pipe _bytes = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_bytes.Reader.TryRead(out var decoded))
                return decoded;

            var result = await text.ReadAsync(cancellationToken);
            if (result.IsCanceled)
            {
                text.AdvanceTo(result.Buffer.Start);
                _bytes.Reader.CancelPendingRead();
                continue;
            }

            await DecodeAsync(result, cancellationToken);
        }
    }

    public override bool TryRead(out ReadResult result) => _bytes.Reader.TryRead(out result);

    public override void AdvanceTo(SequencePosition consumed) => _bytes.Reader.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _bytes.Reader.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => text.CancelPendingRead();

    /// <summary>Gives the memory back.</summary>
    public override void Complete(Exception? exception = null)
    {
        _bytes.Writer.Complete();
        _bytes.Reader.Complete(exception);
    }

    private async ValueTask DecodeAsync(ReadResult result, CancellationToken cancellationToken)
    {
        var buffer = result.Buffer;
        long whole = buffer.Length - (buffer.Length % QuadLength);
        if (result.IsCompleted && whole != buffer.Length)
            throw Malformed($"it ends with {buffer.Length % QuadLength} of {QuadLength} characters");

        Decode(buffer.Slice(0, whole));
        text.AdvanceTo(buffer.GetPosition(whole), buffer.End);
        if (result.IsCompleted)
            await _bytes.Writer.CompleteAsync();
        else
            await _bytes.Writer.FlushAsync(cancellationToken);
    }

    private void Decode(in ReadOnlySequence<byte> quads)
    {
        if (quads.IsEmpty)
            return;

        // Quads may lie across segments, and decoding in place needs memory of our own anyway.
        byte[] copy = ArrayPool<byte>.Shared.Rent((int)quads.Length);
        try
        {
            quads.CopyTo(copy);
            for (var rest = copy.AsSpan(0, (int)quads.Length); !rest.IsEmpty;)
            {
                int part = PartLength(rest);
                DecodePart(rest[..part]);
                rest = rest[part..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    /// <summary>Up to the first padding, which ends a part.</summary>
    private static int PartLength(ReadOnlySpan<byte> quads)
    {
        int padding = quads.IndexOf((byte)'=');
        return padding < 0 ? quads.Length : ((padding / QuadLength) + 1) * QuadLength;
    }

    private void DecodePart(Span<byte> part)
    {
        // The framework passes over spaces, which would shift the quads.
        if (part.ContainsAnyExcept(s_alphabet) || Base64.DecodeFromUtf8InPlace(part, out int written) != OperationStatus.Done)
            throw Malformed("it has other characters, or padding where none can be");

        _bytes.Writer.Write(part[..written]);
    }

    private static RpcException Malformed(string problem) =>
        new(StatusCode.InvalidArgument, $"the body is not base64: {problem}", RpcReasons.MalformedFrame);
}
