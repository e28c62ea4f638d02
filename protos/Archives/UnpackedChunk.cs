using System.Buffers;
using System.Security.Cryptography;
using VectorStore.Lz4;
using VectorStore.Protocol.V1;

namespace VectorStore.Protocol.Archives;

/// <summary>The bytes of the archive that a chunk holds. Dispose it once they are copied.</summary>
public sealed class UnpackedChunk : IDisposable
{
    /// <summary>Most bytes of the archive in a chunk, whatever it says.</summary>
    public const int BytesMax = 3 << 20;

    private byte[]? _rented;

    private UnpackedChunk(ReadOnlyMemory<byte> data, byte[]? rented)
    {
        Data = data;
        _rented = rented;
    }

    /// <summary>At least one byte.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Takes a chunk apart. No memory is taken on its word beyond <see cref="BytesMax"/>.</summary>
    /// <param name="chunk">Anything that somebody may send.</param>
    /// <exception cref="ChunkException">It has no bytes, cannot be decompressed to what it says, or the bytes are not those of its SHA-256, where it has one.</exception>
    public static UnpackedChunk Of(ArchiveChunk chunk)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        if (chunk.Data.Length == 0)
            throw new ChunkException(ChunkException.Empty, "data", "expected at least 1 byte, got 0");

        var unpacked = chunk.Compression switch
        {
            ChunkCompression.None when chunk.UncompressedBytes != 0 =>
                throw new ChunkException(ChunkException.OutOfRange, "uncompressedBytes", $"expected 0 of a chunk that is not compressed, got {chunk.UncompressedBytes}"),
            ChunkCompression.None => new UnpackedChunk(chunk.Data.Memory, null),
            ChunkCompression.Lz4 => Decompress(chunk),
            _ => throw new ChunkException(ChunkException.Unsupported, "compression", $"expected none or LZ4, got {(int)chunk.Compression}"),
        };
        if (chunk.Sha256.Length == 0 || chunk.Sha256.Span.SequenceEqual(SHA256.HashData(unpacked.Data.Span)))
            return unpacked;

        unpacked.Dispose();
        throw new ChunkException(ChunkException.Damaged, "data", $"the {unpacked.Data.Length} bytes from {chunk.OffsetBytes} on are not those of chunk.sha256");
    }

    /// <summary>Gives memory back; <see cref="Data"/> is of no use any more.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _rented, null) is { } rented)
            ArrayPool<byte>.Shared.Return(rented);
    }

    private static UnpackedChunk Decompress(ArchiveChunk chunk)
    {
        int bytes = chunk.UncompressedBytes;
        if (bytes is < 1 or > BytesMax)
            throw new ChunkException(ChunkException.OutOfRange, "uncompressedBytes", $"expected 1 to {BytesMax}, got {bytes}");
        if (!Lz4Block.IsAvailable)
            throw new ChunkException(ChunkException.Unsupported, "compression", Lz4Library.WhatIsMissing);

        byte[] rented = ArrayPool<byte>.Shared.Rent(bytes);
        int unpacked = Lz4Block.Decompress(chunk.Data.Span, rented.AsSpan(0, bytes));
        if (unpacked == bytes)
            return new UnpackedChunk(rented.AsMemory(0, bytes), rented);

        ArrayPool<byte>.Shared.Return(rented);
        throw new ChunkException(
            ChunkException.Damaged, "data", $"the {chunk.Data.Length} bytes that are compressed cannot be decompressed to {bytes} bytes{(unpacked >= 0 ? $", they are {unpacked}" : "")}");
    }
}
