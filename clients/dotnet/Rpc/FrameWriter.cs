using System.Buffers;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Rpc;

/// <summary>Makes frames of messages.</summary>
internal static class FrameWriter
{
    /// <summary>A message with its prefix, in pooled memory that the caller disposes.</summary>
    public static PooledBufferWriter Write<T>(IMessageCodec<T> codec, T message, bool compress)
    {
        int length = codec.Measure(message);
        if (compress)
            return WriteCompressed(codec, message, length);

        var frame = new PooledBufferWriter(GrpcFrame.HeaderBytes + length);
        try
        {
            new GrpcFrame(GrpcFrameFlags.None, length).WriteHeader(frame);
            codec.Write(message, frame);
            return frame;
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    private static PooledBufferWriter WriteCompressed<T>(IMessageCodec<T> codec, T message, int length)
    {
        using var plain = new PooledBufferWriter(length);
        codec.Write(message, plain);
        using var compressed = new PooledBufferWriter(length);
        GrpcCompression.Compress(new ReadOnlySequence<byte>(plain.WrittenMemory), compressed);
        var frame = new PooledBufferWriter(GrpcFrame.HeaderBytes + compressed.WrittenBytes);
        new GrpcFrame(GrpcFrameFlags.Compressed, compressed.WrittenBytes).WriteHeader(frame);
        frame.Write(compressed.WrittenMemory.Span);
        return frame;
    }
}
