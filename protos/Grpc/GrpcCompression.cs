using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace VectorStore.Protocol.Grpc;

/// <summary>The compressions of messages that both ends know: identity, which is none, and gzip. Thread-safe.</summary>
public static class GrpcCompression
{
    /// <summary>No compression.</summary>
    public const string Identity = "identity";

    /// <summary>RFC 1952.</summary>
    public const string Gzip = "gzip";

    /// <summary>The value of <c>grpc-accept-encoding</c>.</summary>
    public const string AcceptEncoding = "identity,gzip";

    private const int ChunkBytes = 16 * 1024;
    private const int GzipBytesMin = 18;

    /// <summary>Whether a value of <c>grpc-encoding</c> is known. Absent and empty mean identity.</summary>
    public static bool IsSupported(string? encoding) =>
        string.IsNullOrEmpty(encoding) || encoding is Identity or Gzip;

    /// <summary>Whether a value of <c>grpc-accept-encoding</c>, a list with commas, names an encoding. Identity is always accepted.</summary>
    public static bool Accepts(string? acceptEncoding, string encoding)
    {
        if (encoding == Identity)
            return true;

        var list = acceptEncoding.AsSpan();
        foreach (var part in list.Split(','))
        {
            if (list[part].Trim(' ').SequenceEqual(encoding))
                return true;
        }

        return false;
    }

    /// <summary>Refuses an encoding that is not known.</summary>
    /// <exception cref="RpcException"><see cref="StatusCode.Unimplemented"/>, UNSUPPORTED_COMPRESSION. The answer should carry <see cref="AcceptEncoding"/>.</exception>
    public static void CheckSupported(string? encoding)
    {
        if (!IsSupported(encoding))
        {
            throw new RpcException(
                StatusCode.Unimplemented, $"messages may be compressed as {AcceptEncoding}, got '{ErrorDetails.Shorten(encoding!, bytesMax: 32)}'", "UNSUPPORTED_COMPRESSION");
        }
    }

    /// <summary>Decompresses a message whose frame says that it is compressed, and stops as soon as it has too many bytes.</summary>
    /// <param name="encoding">The call's <c>grpc-encoding</c>.</param>
    /// <param name="compressed">All bytes of the message.</param>
    /// <param name="messageBytesMax">Most bytes of the decompressed message. At most twice as much is ever held in memory.</param>
    /// <returns>The message, in pooled memory that the caller disposes.</returns>
    /// <exception cref="RpcException"><see cref="StatusCode.InvalidArgument"/>, MALFORMED_COMPRESSION: not what the encoding says, or the call has none.
    /// <see cref="StatusCode.ResourceExhausted"/>, MESSAGE_TOO_LARGE. <see cref="StatusCode.Unimplemented"/>: as <see cref="CheckSupported"/>.</exception>
    public static PooledBufferWriter Decompress(string? encoding, in ReadOnlySequence<byte> compressed, int messageBytesMax)
    {
        CheckSupported(encoding);
        if (encoding != Gzip)
            throw new RpcException(StatusCode.InvalidArgument, "a message is marked as compressed, and the call's grpc-encoding names no compression", "MALFORMED_COMPRESSION");

        if (compressed.Length < GzipBytesMin)
            throw Malformed(null);

        var message = new PooledBufferWriter((int)Math.Min(Math.Min(compressed.Length * 2, 1 << 20), messageBytesMax));
        try
        {
            using var gzip = new GZipStream(new SequenceStream(compressed), CompressionMode.Decompress);
            while (true)
            {
                // One byte more than allowed is asked for, to tell a message that just fits from one that does not.
                int room = (int)Math.Min(ChunkBytes, (long)messageBytesMax - message.WrittenBytes + 1);
                var chunk = message.GetSpan(room);
                int read = gzip.Read(chunk[..(int)Math.Min(chunk.Length, (long)messageBytesMax - message.WrittenBytes + 1)]);
                if (read == 0)
                    return EndsWith(compressed, message.WrittenBytes) ? message : throw new InvalidDataException("truncated");

                message.Advance(read);
                if (message.WrittenBytes > messageBytesMax)
                {
                    throw new RpcException(
                        StatusCode.ResourceExhausted,
                        $"a message may have at most {messageBytesMax} bytes, got one of {compressed.Length} that has more when decompressed",
                        "MESSAGE_TOO_LARGE");
                }
            }
        }
        catch (InvalidDataException malformed)
        {
            message.Dispose();
            throw Malformed(malformed);
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    /// <summary>Compresses a message with gzip, fast rather than small.</summary>
    public static void Compress(in ReadOnlySequence<byte> message, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (message.IsEmpty)
        {
            // The framework may write nothing at all for an empty message, and that is no gzip.
            output.Write(EmptyGzip);
            return;
        }

        using var gzip = new GZipStream(new BufferWriterStream(output), CompressionLevel.Fastest);
        foreach (var segment in message)
            gzip.Write(segment.Span);
    }

    private static ReadOnlySpan<byte> EmptyGzip => [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Whether the last four bytes of gzip are the length of the message.</summary>
    /// <remarks>The framework's stream ends without a word where its input is cut off. So exactly one gzip member is accepted, and nothing behind it.</remarks>
    private static bool EndsWith(in ReadOnlySequence<byte> compressed, int lengthBytes)
    {
        Span<byte> length = stackalloc byte[4];
        compressed.Slice(compressed.Length - 4).CopyTo(length);
        return BinaryPrimitives.ReadInt32LittleEndian(length) == lengthBytes;
    }

    private static RpcException Malformed(Exception? cause) =>
        new(StatusCode.InvalidArgument, "a message is marked as compressed with gzip, and its bytes are not", "MALFORMED_COMPRESSION", innerException: cause);
}
