using System.Security.Cryptography;
using Google.Protobuf;
using VectorStore.Lz4;
using VectorStore.Protocol.Archives;
using VectorStore.Protocol.V1;

namespace VectorStore.Protocol.Tests.Archives;

/// <summary>Pieces of archives on their way: there and back, and whatever else somebody may send.</summary>
public sealed class ArchiveChunkTests
{
    private const int BytesMax = 512 << 10;

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(1_000)]
    [InlineData(BytesMax - 1)]
    [InlineData(BytesMax)]
    public void Chunk_HoldsWhatWasPutIn_OverTheWire(int length)
    {
        var packs = new ArchiveChunks(mayCompress: true, BytesMax);
        var plain = new ArchiveChunks(mayCompress: false, BytesMax);
        byte[] noise = new byte[length];
        new Random(1).NextBytes(noise);
        foreach (byte[] data in (byte[][])[noise, new byte[length], noise])
        {
            foreach (var chunks in (ArchiveChunks[])[packs, plain])
            {
                var chunk = ArchiveChunk.Parser.ParseFrom(chunks.Make(77, data).ToByteArray());
                Assert.Equal((77, SHA256.HashData(data).AsSpan().SequenceEqual(chunk.Sha256.Span)), (chunk.OffsetBytes, true));
                bool isPacked = chunk.Compression == ChunkCompression.Lz4;
                Assert.Equal(isPacked ? length : 0, chunk.UncompressedBytes);
                Assert.Equal(chunks == packs && data != noise && length > 1, isPacked);
                Assert.True(!isPacked || chunk.Data.Length <= length - (length / 16), $"{chunk.Data.Length} of {length} bytes are not worth it");
                using var unpacked = UnpackedChunk.Of(chunk);
                Assert.True(data.AsSpan().SequenceEqual(unpacked.Data.Span), "other bytes");
            }
        }
    }

    [Fact]
    public void Chunks_ThatCannotBe_AreRefused()
    {
        byte[] data = new byte[100_000];
        var sound = new ArchiveChunks(mayCompress: true, BytesMax).Make(0, data);
        Refused(sound, ChunkException.Empty, "chunk.data", chunk => chunk.Data = ByteString.Empty);
        Refused(sound, ChunkException.OutOfRange, "chunk.uncompressedBytes", chunk => chunk.UncompressedBytes = 0);
        Refused(sound, ChunkException.OutOfRange, "chunk.uncompressedBytes", chunk => chunk.UncompressedBytes = -1);
        Refused(sound, ChunkException.OutOfRange, "chunk.uncompressedBytes", chunk => chunk.UncompressedBytes = UnpackedChunk.BytesMax + 1);
        Refused(sound, ChunkException.OutOfRange, "chunk.uncompressedBytes", chunk => chunk.UncompressedBytes = int.MaxValue);
        Refused(sound, ChunkException.OutOfRange, "chunk.uncompressedBytes", chunk => chunk.Compression = ChunkCompression.None);
        Refused(sound, ChunkException.Unsupported, "chunk.compression", chunk => chunk.Compression = (ChunkCompression)2);
        Refused(sound, ChunkException.Damaged, "chunk.data", chunk => chunk.UncompressedBytes--);
        Refused(sound, ChunkException.Damaged, "chunk.data", chunk => chunk.UncompressedBytes++);
        Refused(sound, ChunkException.Damaged, "chunk.data", chunk => chunk.Data = ByteString.CopyFrom([.. chunk.Data.Span, 0]));
        Refused(sound, ChunkException.Damaged, "chunk.data", chunk => chunk.Data = ByteString.CopyFrom(chunk.Data.Span[..^1]));
        Refused(sound, ChunkException.Damaged, "chunk.data", chunk => chunk.Sha256 = ByteString.CopyFrom(new byte[32]));
        Refused(sound, ChunkException.Damaged, "chunk.data", chunk => chunk.Sha256 = ByteString.CopyFrom(chunk.Sha256.Span[..31]));
    }

    [Fact]
    public void EveryFlippedBitOfAChunk_IsRefused_OrChangesNothing()
    {
        byte[] data = new byte[400];
        new Random(3).NextBytes(data.AsSpan(0, 200));
        var sound = new ArchiveChunks(mayCompress: true, BytesMax).Make(0, data);
        Assert.Equal(ChunkCompression.Lz4, sound.Compression);
        for (int bit = 0; bit < sound.Data.Length * 8; bit++)
        {
            byte[] packed = sound.Data.ToByteArray();
            packed[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                using var unpacked = UnpackedChunk.Of(new ArchiveChunk(sound) { Data = ByteString.CopyFrom(packed) });
                Assert.True(data.AsSpan().SequenceEqual(unpacked.Data.Span), $"bit {bit} gives other bytes");
            }
            catch (ChunkException refused)
            {
                Assert.Equal((ChunkException.Damaged, "chunk.data"), (refused.Reason, refused.Field));
            }
        }
    }

    [Fact]
    public void AChunkThatBecomesMoreThanItSays_WritesNothingBeyond()
    {
        byte[] bomb = new byte[8 << 20];
        byte[] packed = new byte[Lz4Block.WorthwhileBytes(bomb.Length)];
        int length = Lz4Block.Compress(bomb, packed);
        Assert.Equal(-1, Math.Sign(Lz4Block.Decompress(packed.AsSpan(0, length), new byte[1_000])));
        var chunk = new ArchiveChunk { Data = ByteString.CopyFrom(packed, 0, length), Compression = ChunkCompression.Lz4, UncompressedBytes = UnpackedChunk.BytesMax };
        Assert.Equal(ChunkException.Damaged, Assert.Throws<ChunkException>(() => UnpackedChunk.Of(chunk)).Reason);
    }

    private static void Refused(ArchiveChunk sound, string reason, string field, Action<ArchiveChunk> spoil)
    {
        var chunk = sound.Clone();
        spoil(chunk);
        var refused = Assert.Throws<ChunkException>(() => UnpackedChunk.Of(chunk));
        Assert.Equal((reason, field), (refused.Reason, refused.Field));
        Assert.StartsWith(field, refused.Message, StringComparison.Ordinal);
    }
}
