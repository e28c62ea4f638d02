namespace VectorStore.Lz4;

/// <summary>The one codec: bytes to an LZ4 block and back. A block says neither its length nor a checksum: whoever keeps it does. Thread-safe.</summary>
internal static class Lz4Block
{
    /// <summary>Where a block saves less than one byte in so many, it is not worth being unpacked again.</summary>
    private const int WorthOneIn = 16;

    /// <summary>How far back a block can refer to bytes that stand before it.</summary>
    public const int ReachBytes = 64 << 10;

    /// <summary>Whether anything can be compressed or decompressed here.</summary>
    public static bool IsAvailable => Lz4Library.IsThere;

    /// <summary>Most bytes that so many may become where compressing them pays: what does not fit is kept as it is.</summary>
    public static int WorthwhileBytes(int bytes) => bytes - Math.Max(1, bytes / WorthOneIn);

    /// <summary>Compresses where that saves a sixteenth, or more.</summary>
    /// <param name="source">At most 1 GiB.</param>
    /// <param name="target">At least <see cref="WorthwhileBytes"/> of the source's length.</param>
    /// <returns>Bytes of the block in the target. 0: it does not pay; what is in the target is of no use then.</returns>
    /// <exception cref="Lz4MissingException">The machine has no liblz4.</exception>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        Lz4Library.ThrowIfMissing();
        int worthwhile = WorthwhileBytes(source.Length);
        return worthwhile < 1 ? 0 : Lz4Library.Compress(source, target[..worthwhile], source.Length, worthwhile);
    }

    /// <summary>Decompresses a block.</summary>
    /// <param name="source">The block, exactly.</param>
    /// <param name="target">Nothing is written outside of it.</param>
    /// <param name="before">What stands before, where the block may refer to that; at most <see cref="ReachBytes"/> count.</param>
    /// <returns>Bytes in the target; negative where the block is damaged, or the target too small.</returns>
    /// <exception cref="Lz4MissingException">The machine has no liblz4.</exception>
    public static int Decompress(ReadOnlySpan<byte> source, Span<byte> target, ReadOnlySpan<byte> before = default)
    {
        Lz4Library.ThrowIfMissing();
        return source.IsEmpty || target.IsEmpty ? -1 : Lz4Library.Decompress(source, target, source.Length, target.Length, before, before.Length);
    }
}
