using VectorStore.Lz4;

namespace VectorStore.Cli.Client;

/// <summary>Decides whether an archive is worth a frame, by its beginning.</summary>
internal static class ArchiveWrapping
{
    private const int SampleBytes = 8 << 20;
    private const int BlockBytes = 1 << 20;

    /// <summary>The archive, in a frame where that is wanted, or pays.</summary>
    /// <param name="archive">Is read from where it stands.</param>
    /// <param name="archiveBytes">Its length.</param>
    /// <param name="compression">Auto: where the first 8 MiB shrink by a sixteenth or more, and the machine can.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    /// <returns>A frame, or something else.</returns>
    /// <exception cref="CliException">It is wanted, and the machine cannot.</exception>
    public static async Task<Stream> WrapAsync(Stream archive, long archiveBytes, ArchiveCompression compression, CancellationToken cancellationToken)
    {
        if (compression == ArchiveCompression.Lz4)
        {
            ThrowIfMissing();
            return new Lz4EncodingStream(archive, archiveBytes);
        }

        if (compression == ArchiveCompression.None || !Lz4Block.IsAvailable)
            return archive;

        byte[] sample = new byte[(int)Math.Clamp(archiveBytes, 1, SampleBytes)];
        int read = await archive.ReadAtLeastAsync(sample, sample.Length, throwOnEndOfStream: false, cancellationToken);
        var whole = new HeadedStream(sample.AsMemory(0, read), archive);
        return Shrinks(sample.AsSpan(0, read)) ? new Lz4EncodingStream(whole, archiveBytes) : whole;
    }

    /// <exception cref="CliException">The machine cannot compress.</exception>
    public static void ThrowIfMissing()
    {
        if (!Lz4Block.IsAvailable)
            throw new CliException(ExitCode.BadInput, nameof(Engine.ErrorReason.LibraryMissing), $"--compress lz4: {Lz4Library.WhatIsMissing}", "compress");
    }

    /// <summary>Whether a frame around it would be smaller by a sixteenth or more.</summary>
    private static bool Shrinks(ReadOnlySpan<byte> sample)
    {
        byte[] packed = new byte[Lz4Block.WorthwhileBytes(BlockBytes)];
        int kept = 0;
        for (var left = sample; !left.IsEmpty; left = left[Math.Min(left.Length, BlockBytes)..])
        {
            var block = left[..Math.Min(left.Length, BlockBytes)];
            int bytes = Lz4Block.Compress(block, packed);
            kept += bytes > 0 ? bytes : block.Length;
        }

        return kept <= Lz4Block.WorthwhileBytes(sample.Length);
    }
}
