using System.Buffers.Binary;

namespace VectorStore.Lz4;

/// <summary>What an LZ4 frame holds, as a stream to read from. The source must end with the frame. Believes nothing: takes at most 8 MiB of memory, whatever the frame says, and gives out no more than it reads.</summary>
/// <remarks>Reads what the <c>lz4</c> command writes: blocks of any of its sizes, independent or linked, with checksums or without. Not: dictionaries, legacy frames, several frames. After an error it is of no use any more.</remarks>
/// <param name="source">The frame, to its end; stays open.</param>
/// <param name="isMagicRead">The first four bytes were read, and are those of a frame; see <see cref="Lz4FrameHeader.CheckMagic"/>.</param>
internal sealed class Lz4DecodingStream(Stream source, bool isMagicRead = false) : ForwardStream
{
    private const uint IsStored = 0x8000_0000;

    private readonly XxHash32 _hash = new();
    private readonly byte[] _word = new byte[sizeof(uint)];
    private long _offset = isMagicRead ? Lz4FrameHeader.MagicBytes : 0;
    private ulong _contentBytes;
    private bool _hasEnded;

    // What is known once the header was read. The block stands behind what linked blocks refer to.
    private Lz4FrameHeader? _header;
    private byte[] _packed = [];
    private byte[] _buffer = [];
    private int _blockStart;
    private int _blockBytes;
    private int _taken;

    /// <exception cref="Lz4FormatException">It is no frame, or a damaged one.</exception>
    /// <exception cref="Lz4MissingException">The machine has no liblz4.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;

        var header = _header ??= await ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
        while (_taken == _blockBytes && !_hasEnded)
            await ReadBlockAsync(header, cancellationToken).ConfigureAwait(false);

        int count = Math.Min(buffer.Length, _blockBytes - _taken);
        _buffer.AsSpan(_blockStart + _taken, count).CopyTo(buffer.Span);
        _taken += count;
        return count;
    }

    private async ValueTask<Lz4FrameHeader> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        Lz4Library.ThrowIfMissing();
        if (!isMagicRead)
        {
            await FillAsync(_word, "its magic", cancellationToken).ConfigureAwait(false);
            Lz4FrameHeader.CheckMagic(_word);
        }

        byte[] fixedPart = new byte[Lz4FrameHeader.FixedBytes];
        await FillAsync(fixedPart, "its header", cancellationToken).ConfigureAwait(false);
        byte[] rest = new byte[Lz4FrameHeader.RestBytes(fixedPart)];
        await FillAsync(rest, "its header", cancellationToken).ConfigureAwait(false);
        var header = Lz4FrameHeader.Read([.. fixedPart, .. rest]);
        _blockStart = header.BlocksAreLinked ? Lz4Block.ReachBytes : 0;
        _buffer = new byte[_blockStart + header.BlockBytesMax];
        return header;
    }

    private async ValueTask ReadBlockAsync(Lz4FrameHeader header, CancellationToken cancellationToken)
    {
        long start = _offset;
        await FillAsync(_word, "the size of a block", cancellationToken).ConfigureAwait(false);
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(_word);
        int before = header.BlocksAreLinked ? KeepReach() : 0;
        _taken = _blockBytes = 0;
        if (size == 0)
        {
            await ReadEndAsync(header, cancellationToken).ConfigureAwait(false);
            return;
        }

        bool isStored = (size & IsStored) != 0;
        size &= ~IsStored;
        if (size == 0 || size > header.BlockBytesMax)
            throw new Lz4FormatException(start, $"a block has 1 to {header.BlockBytesMax} bytes, this one says {size}");

        if (!isStored && _packed.Length == 0)
            _packed = new byte[header.BlockBytesMax];

        var read = isStored ? _buffer.AsMemory(_blockStart, (int)size) : _packed.AsMemory(0, (int)size);
        await FillAsync(read, "a block", cancellationToken).ConfigureAwait(false);
        if (header.HasBlockChecksums)
            await CheckAsync("block", XxHash32.Of(read.Span), cancellationToken).ConfigureAwait(false);

        _blockBytes = isStored ? (int)size : Unpack(start, read.Span, header.BlockBytesMax, before);
        _contentBytes += (ulong)_blockBytes;
        if (_contentBytes > (header.ContentBytes ?? ulong.MaxValue))
            throw new Lz4FormatException(start, $"its header says {header.ContentBytes} bytes, it holds more");

        if (header.HasContentChecksum)
            _hash.Append(_buffer.AsSpan(_blockStart, _blockBytes));
    }

    private int Unpack(long start, ReadOnlySpan<byte> packed, int blockBytesMax, int before)
    {
        int unpacked = Lz4Block.Decompress(packed, _buffer.AsSpan(_blockStart, blockBytesMax), _buffer.AsSpan(_blockStart - before, before));
        return unpacked > 0 ? unpacked : throw new Lz4FormatException(start, $"the {packed.Length} bytes of a block cannot be decompressed to 1 to {blockBytesMax} bytes");
    }

    /// <summary>Moves the last bytes in front of where the next block will stand. How many there are.</summary>
    private int KeepReach()
    {
        int kept = (int)Math.Min(_contentBytes, Lz4Block.ReachBytes);
        _buffer.AsSpan(_blockStart + _blockBytes - kept, kept).CopyTo(_buffer.AsSpan(_blockStart - kept));
        return kept;
    }

    private async ValueTask ReadEndAsync(Lz4FrameHeader header, CancellationToken cancellationToken)
    {
        if (_contentBytes != (header.ContentBytes ?? _contentBytes))
            throw new Lz4FormatException(_offset, $"its header says {header.ContentBytes} bytes, it holds {_contentBytes}");

        if (header.HasContentChecksum)
            await CheckAsync("content", _hash.Value, cancellationToken).ConfigureAwait(false);

        if (await source.ReadAsync(_word.AsMemory(0, 1), cancellationToken).ConfigureAwait(false) != 0)
            throw new Lz4FormatException(_offset, "more bytes follow its end");

        _hasEnded = true;
    }

    private async ValueTask CheckAsync(string what, uint found, CancellationToken cancellationToken)
    {
        long start = _offset;
        await FillAsync(_word, $"a {what} checksum", cancellationToken).ConfigureAwait(false);
        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(_word);
        if (found != expected)
            throw new Lz4FormatException(start, $"expected {what} checksum 0x{expected:x}, found 0x{found:x}");
    }

    private async ValueTask FillAsync(Memory<byte> target, string what, CancellationToken cancellationToken)
    {
        int read = await source.ReadAtLeastAsync(target, target.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        _offset += read;
        if (read < target.Length)
            throw new Lz4FormatException(_offset, $"it ends after {read} of {target.Length} bytes of {what}");
    }
}
