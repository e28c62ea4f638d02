using VectorStore.Lz4;

namespace VectorStore.Engine.Tests.Lz4;

/// <summary>Frames and contents for the tests beside.</summary>
internal static class Frames
{
    public const int MiB = 1 << 20;

    public static async Task<byte[]> WrapAsync(byte[] content, long? said = null)
    {
        await using var frame = new Lz4EncodingStream(new MemoryStream(content), said);
        byte[] bytes = await ReadAsync(frame);
        Assert.Equal((content.Length, bytes.Length), (frame.ContentBytes, frame.FrameBytes));
        return bytes;
    }

    public static async Task<byte[]> UnwrapAsync(Stream source)
    {
        await using var content = new Lz4DecodingStream(source);
        return await ReadAsync(content);
    }

    public static Task<byte[]> UnwrapAsync(byte[] frame) => UnwrapAsync(new MemoryStream(frame));

    public static async Task<Lz4FormatException> RefusedAsync(byte[] frame, string sentence)
    {
        var refused = await Assert.ThrowsAsync<Lz4FormatException>(() => UnwrapAsync(frame));
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        return refused;
    }

    /// <summary>Text-like bytes: they shrink, but not to nothing.</summary>
    public static byte[] Text(int length, int seed = 1)
    {
        byte[] bytes = Noise(length, seed);
        for (int index = 0; index < length; index++)
            bytes[index] = (byte)('a' + (bytes[index] & 3));

        return bytes;
    }

    public static byte[] Noise(int length, int seed = 1)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, 70_001);
        return all.ToArray();
    }
}
