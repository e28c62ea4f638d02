using System.Buffers.Binary;
using System.IO.Compression;
using Google.Protobuf;

namespace VectorStore.Server.Tests.Rpc;

/// <summary>Messages as gRPC frames them, made by hand.</summary>
internal static class Frames
{
    public static byte[] Of(params IMessage[] messages) => [.. messages.SelectMany(message => Raw(message.ToByteArray()))];

    public static byte[] Raw(byte[] message, byte flags = 0, uint? lengthBytes = null)
    {
        byte[] frame = new byte[5 + message.Length];
        frame[0] = flags;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), lengthBytes ?? (uint)message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    public static byte[] Gzipped(IMessage message) => Raw(Gzip(message.ToByteArray()), flags: 1);

    public static byte[] Gzip(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(bytes);

        return compressed.ToArray();
    }

    public static byte[] Gunzip(byte[] bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    /// <summary>The next frame of a stream; null at its end.</summary>
    public static async Task<(byte Flags, byte[] Message)?> ReadAsync(Stream stream)
    {
        byte[] header = new byte[5];
        int read = await stream.ReadAtLeastAsync(header, 5, throwOnEndOfStream: false);
        if (read == 0)
            return null;

        Assert.Equal(5, read);
        byte[] message = new byte[BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1))];
        await stream.ReadExactlyAsync(message);
        return (header[0], message);
    }
}
