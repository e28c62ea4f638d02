using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace VectorStore.Protocol.Grpc;

/// <summary>The prefix of a message on the wire.</summary>
/// <remarks><code>
/// offset  size  field
///      0     1  flags   see <see cref="GrpcFrameFlags"/>
///      1     4  length  of the message that follows, big-endian
/// </code></remarks>
/// <param name="Flags">What the message is.</param>
/// <param name="LengthBytes">Of the message, without this prefix. Not negative.</param>
public readonly record struct GrpcFrame(GrpcFrameFlags Flags, int LengthBytes)
{
    /// <summary>Bytes of the prefix.</summary>
    public const int HeaderBytes = 5;

    /// <summary>Whether the message is compressed as the call's <c>grpc-encoding</c> says.</summary>
    public bool IsCompressed => (Flags & GrpcFrameFlags.Compressed) != 0;

    /// <summary>Whether the message is the trailers of a gRPC-Web response.</summary>
    public bool IsTrailers => (Flags & GrpcFrameFlags.Trailers) != 0;

    /// <summary>Reads a prefix, and judges it before a byte of the message is there.</summary>
    /// <param name="buffer">Begins with the prefix; may hold less, or more.</param>
    /// <param name="messageBytesMax">The longest message that is accepted.</param>
    /// <param name="frame">The prefix, where all of it is there.</param>
    /// <param name="allowTrailers">Whether <see cref="GrpcFrameFlags.Trailers"/> may occur: in responses of gRPC-Web only.</param>
    /// <returns>False where the prefix is not complete yet.</returns>
    /// <exception cref="RpcException"><see cref="StatusCode.InvalidArgument"/>, MALFORMED_FRAME: reserved flags.
    /// <see cref="StatusCode.ResourceExhausted"/>, MESSAGE_TOO_LARGE: a longer message.</exception>
    public static bool TryReadHeader(in ReadOnlySequence<byte> buffer, int messageBytesMax, out GrpcFrame frame, bool allowTrailers = false)
    {
        if (buffer.Length < HeaderBytes)
        {
            frame = default;
            return false;
        }

        Span<byte> copy = stackalloc byte[HeaderBytes];
        scoped ReadOnlySpan<byte> header = buffer.FirstSpan;
        if (header.Length < HeaderBytes)
        {
            buffer.Slice(0, HeaderBytes).CopyTo(copy);
            header = copy;
        }

        var flags = (GrpcFrameFlags)header[0];
        var allowed = allowTrailers ? GrpcFrameFlags.Compressed | GrpcFrameFlags.Trailers : GrpcFrameFlags.Compressed;
        if ((flags & ~allowed) != 0)
            ThrowReserved(header[0]);

        uint length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > (uint)messageBytesMax)
            ThrowTooLarge(length, messageBytesMax);

        frame = new GrpcFrame(flags, (int)length);
        return true;
    }

    /// <summary>Takes one whole message off the front of a buffer.</summary>
    /// <param name="buffer">What has arrived. Begins behind the message afterwards, and is unchanged where none is complete.</param>
    /// <param name="messageBytesMax">The longest message that is accepted.</param>
    /// <param name="frame">The prefix.</param>
    /// <param name="message">The message, still compressed where the prefix says so. Valid as long as the buffer is.</param>
    /// <param name="allowTrailers">As in <see cref="TryReadHeader"/>.</param>
    /// <returns>False where the message is not complete yet.</returns>
    /// <exception cref="RpcException">As for <see cref="TryReadHeader"/>.</exception>
    public static bool TryRead(
        ref ReadOnlySequence<byte> buffer, int messageBytesMax, out GrpcFrame frame, out ReadOnlySequence<byte> message, bool allowTrailers = false)
    {
        if (!TryReadHeader(buffer, messageBytesMax, out frame, allowTrailers) || buffer.Length - HeaderBytes < frame.LengthBytes)
        {
            message = default;
            return false;
        }

        message = buffer.Slice(HeaderBytes, frame.LengthBytes);
        buffer = buffer.Slice(message.End);
        return true;
    }

    /// <summary>Writes the prefix.</summary>
    public void WriteHeader(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        WriteHeader(output.GetSpan(HeaderBytes));
        output.Advance(HeaderBytes);
    }

    /// <summary>Writes the prefix to the front of a span of at least <see cref="HeaderBytes"/> bytes.</summary>
    public void WriteHeader(Span<byte> output)
    {
        BinaryPrimitives.WriteInt32BigEndian(output.Slice(1, 4), LengthBytes);
        output[0] = (byte)Flags;
    }

    [DoesNotReturn]
    private static void ThrowReserved(byte flags) =>
        throw new RpcException(
            StatusCode.InvalidArgument, $"a message's first byte is its flags: expected 0 or 1, got {flags}", "MALFORMED_FRAME");

    [DoesNotReturn]
    private static void ThrowTooLarge(uint length, int lengthMax) =>
        throw new RpcException(
            StatusCode.ResourceExhausted, $"a message may have at most {lengthMax} bytes, got one of {length}", "MESSAGE_TOO_LARGE");
}
