using System.Buffers.Binary;

namespace VectorStore.Lz4;

/// <summary>The LZ4 frame around what another stream holds, as a stream to read from: what the <c>lz4</c> command reads. Takes 2 MiB of memory, however long it is.</summary>
/// <remarks>Blocks of 1 MiB, independent of each other; one that does not shrink by a sixteenth is stored as it is. A checksum of the content ends the frame, and its length is in the header where it is known.</remarks>
/// <param name="source">Is read to its end; stays open.</param>
/// <param name="contentBytes">How many bytes that are; null: nobody knows yet.</param>
internal sealed class Lz4EncodingStream(Stream source, long? contentBytes = null) : ForwardStream
{
    private const int BlockBytes = 1 << 20;
    private const int SizeBytes = sizeof(uint);

    // Header with a length; end and checksum.
    private const int EdgesBytesMax = 32;
    private const uint IsStored = 0x8000_0000;

    private readonly XxHash32 _hash = new();
    private readonly byte[] _stored = new byte[SizeBytes + BlockBytes];
    private readonly byte[] _packed = new byte[SizeBytes + Lz4Block.WorthwhileBytes(BlockBytes)];

    // What is to be given out next.
    private ReadOnlyMemory<byte> _ready;
    private bool _hasBegun;
    private bool _hasEnded;

    /// <summary>Most bytes of a frame around so many.</summary>
    public static long FrameBytesMax(long contentBytes) => contentBytes + (((contentBytes / BlockBytes) + 1) * SizeBytes) + EdgesBytesMax;

    /// <summary>Bytes that were compressed so far.</summary>
    public long ContentBytes { get; private set; }

    /// <summary>Bytes of the frame so far.</summary>
    public long FrameBytes { get; private set; }

    /// <exception cref="Lz4MissingException">The machine has no liblz4.</exception>
    /// <exception cref="InvalidDataException">The source is shorter or longer than was said.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;

        while (_ready.IsEmpty)
        {
            if (_hasEnded)
                return 0;

            _ready = await NextAsync(cancellationToken).ConfigureAwait(false);
            FrameBytes += _ready.Length;
        }

        int count = Math.Min(buffer.Length, _ready.Length);
        _ready[..count].CopyTo(buffer);
        _ready = _ready[count..];
        return count;
    }

    private async ValueTask<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellationToken)
    {
        if (!_hasBegun)
        {
            Lz4Library.ThrowIfMissing();
            _hasBegun = true;
            return new Lz4FrameHeader(BlockBytes, BlocksAreLinked: false, HasBlockChecksums: false, HasContentChecksum: true, (ulong?)contentBytes).ToBytes();
        }

        int read = await source.ReadAtLeastAsync(_stored.AsMemory(SizeBytes, BlockBytes), BlockBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        ContentBytes += read;
        if (contentBytes is { } expected && (ContentBytes > expected || (read == 0 && ContentBytes < expected)))
            throw new InvalidDataException($"expected {expected} bytes to compress, got {(ContentBytes > expected ? "more" : $"{ContentBytes}")}");

        if (read == 0)
            return End();

        var content = _stored.AsSpan(SizeBytes, read);
        _hash.Append(content);
        int packed = Lz4Block.Compress(content, _packed.AsSpan(SizeBytes));
        if (packed == 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_stored, (uint)read | IsStored);
            return _stored.AsMemory(0, SizeBytes + read);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(_packed, (uint)packed);
        return _packed.AsMemory(0, SizeBytes + packed);
    }

    /// <summary>No more blocks, and the checksum of the content.</summary>
    private byte[] End()
    {
        _hasEnded = true;
        byte[] end = new byte[SizeBytes + sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(SizeBytes), _hash.Value);
        return end;
    }
}
