using System.Security.Cryptography;
using Google.Protobuf;
using VectorStore.Lz4;
using VectorStore.Protocol.V1;

namespace VectorStore.Protocol.Archives;

/// <summary>Makes chunks of an archive. Keeps one buffer: what it made last is overwritten by what it makes next. For one sender.</summary>
/// <param name="mayCompress">Whoever receives the chunks takes compressed ones. Where the machine has no liblz4, none are.</param>
/// <param name="bytesMax">Most bytes of the archive in a chunk.</param>
public sealed class ArchiveChunks(bool mayCompress, int bytesMax)
{
    private readonly byte[] _packed = mayCompress && Lz4Block.IsAvailable ? new byte[Lz4Block.WorthwhileBytes(bytesMax)] : [];

    /// <summary>A chunk with its SHA-256, compressed where that saves a sixteenth or more.</summary>
    /// <param name="offsetBytes">Where in the archive it begins.</param>
    /// <param name="data">At least one byte. Stays in use as long as the chunk is.</param>
    public ArchiveChunk Make(long offsetBytes, ReadOnlyMemory<byte> data)
    {
        var chunk = new ArchiveChunk { OffsetBytes = offsetBytes, Sha256 = ByteString.CopyFrom(SHA256.HashData(data.Span)) };
        int packed = _packed.Length > 0 ? Lz4Block.Compress(data.Span, _packed) : 0;
        if (packed == 0)
        {
            chunk.Data = UnsafeByteOperations.UnsafeWrap(data);
            return chunk;
        }

        chunk.Data = UnsafeByteOperations.UnsafeWrap(_packed.AsMemory(0, packed));
        chunk.Compression = ChunkCompression.Lz4;
        chunk.UncompressedBytes = data.Length;
        return chunk;
    }
}
