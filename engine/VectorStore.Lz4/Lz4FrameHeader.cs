using System.Buffers.Binary;

namespace VectorStore.Lz4;

/// <summary>What an LZ4 frame begins with, by the LZ4 frame format, version 1.6.x (of the frame: 01). Little-endian.</summary>
/// <remarks><code>
/// offset  size  field         notes
///      0     4  magic         0x184D2204
///      4     1  flags         7-6 version, 01; 5 blocks are independent; 4 each block has a checksum; 3 content size; 2 content checksum; 1 reserved, 0; 0 dictionary id
///      5     1  block size    7 reserved, 0; 6-4 most bytes of a block, decompressed: 4 64 KiB, 5 256 KiB, 6 1 MiB, 7 4 MiB; 3-0 reserved, 0
///      6     8  content size  where its flag is set
///            4  dictionary    where its flag is set; refused here
///            1  checksum      second byte of xxHash32 over flags up to here
/// </code></remarks>
/// <param name="BlockBytesMax">Most bytes of a block, decompressed.</param>
/// <param name="BlocksAreLinked">Blocks refer to what stands before them.</param>
/// <param name="HasBlockChecksums">A checksum follows each block.</param>
/// <param name="HasContentChecksum">A checksum of all that was compressed follows the last block.</param>
/// <param name="ContentBytes">How many bytes were compressed, where it is said.</param>
internal readonly record struct Lz4FrameHeader(int BlockBytesMax, bool BlocksAreLinked, bool HasBlockChecksums, bool HasContentChecksum, ulong? ContentBytes)
{
    public const int MagicBytes = 4;

    /// <summary>Flags and block size: what comes first after the magic, and says how much follows.</summary>
    public const int FixedBytes = 2;

    private const uint Magic = 0x184D_2204;
    private const uint LegacyMagic = 0x184C_2102;
    private const uint SkippableMagic = 0x184D_2A50;
    private const uint SkippableMask = 0xFFFF_FFF0;

    private const int Version = 1;
    private const int Independent = 1 << 5;
    private const int BlockChecksums = 1 << 4;
    private const int ContentSize = 1 << 3;
    private const int ContentChecksum = 1 << 2;
    private const int ReservedFlag = 1 << 1;
    private const int DictionaryId = 1;
    private const int BlockSizeReserved = 0x8F;
    private const int BlockSizeMin = 4;

    /// <summary>Whether bytes are the beginning of what the LZ4 formats know: a frame, a legacy one, or one to be skipped.</summary>
    public static bool IsLz4(ReadOnlySpan<byte> magic) => BinaryPrimitives.ReadUInt32LittleEndian(magic) is Magic or LegacyMagic or (>= SkippableMagic and <= SkippableMagic + 0xF);

    /// <exception cref="Lz4FormatException">It is not the magic of a frame.</exception>
    public static void CheckMagic(ReadOnlySpan<byte> bytes)
    {
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (magic == LegacyMagic)
            throw new Lz4FormatException(0, "it is of the legacy format; compress with 'lz4', without '-l'");
        if ((magic & SkippableMask) == SkippableMagic)
            throw new Lz4FormatException(0, "a skippable frame comes first; expected the frame of the archive alone");
        if (magic != Magic)
            throw new Lz4FormatException(0, $"expected magic 0x{Magic:x}, found 0x{magic:x}");
    }

    /// <summary>Bytes that follow the fixed part.</summary>
    /// <exception cref="Lz4FormatException">Of another version, where nobody knows.</exception>
    public static int RestBytes(ReadOnlySpan<byte> fixedPart)
    {
        int flags = fixedPart[0];
        if (flags >> 6 != Version)
            throw new Lz4FormatException(MagicBytes, $"expected version {Version} of the frame, found {flags >> 6}");

        return ((flags & ContentSize) != 0 ? sizeof(ulong) : 0) + ((flags & DictionaryId) != 0 ? sizeof(uint) : 0) + 1;
    }

    /// <summary>Checks everything that a header alone can show.</summary>
    /// <param name="bytes">All of it but the magic.</param>
    public static Lz4FrameHeader Read(ReadOnlySpan<byte> bytes)
    {
        byte expected = bytes[^1];
        byte found = Checksum(bytes[..^1]);
        if (found != expected)
            throw new Lz4FormatException(MagicBytes + bytes.Length - 1, $"expected header checksum 0x{expected:x}, found 0x{found:x}");

        int flags = bytes[0];
        int blockSize = bytes[1];
        if ((flags & ReservedFlag) != 0)
            throw new Lz4FormatException(MagicBytes, "a reserved flag is set");
        if ((flags & DictionaryId) != 0)
            throw new Lz4FormatException(MagicBytes, "it was compressed with a dictionary, which is not here");
        if ((blockSize & BlockSizeReserved) != 0)
            throw new Lz4FormatException(MagicBytes + 1, "reserved bits of the block size are set");
        if (blockSize >> 4 < BlockSizeMin)
            throw new Lz4FormatException(MagicBytes + 1, $"expected a block size of {BlockSizeMin} to 7, found {blockSize >> 4}");

        ulong? contentBytes = (flags & ContentSize) != 0 ? BinaryPrimitives.ReadUInt64LittleEndian(bytes[FixedBytes..]) : null;
        return new Lz4FrameHeader(BlockBytesOf(blockSize >> 4), (flags & Independent) == 0, (flags & BlockChecksums) != 0, (flags & ContentChecksum) != 0, contentBytes);
    }

    /// <summary>All bytes of the header.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[MagicBytes + FixedBytes + (ContentBytes is null ? 0 : sizeof(ulong)) + 1];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        bytes[MagicBytes] = (byte)((Version << 6) | (BlocksAreLinked ? 0 : Independent) | (HasBlockChecksums ? BlockChecksums : 0)
            | (ContentBytes is null ? 0 : ContentSize) | (HasContentChecksum ? ContentChecksum : 0));
        int size = BlockSizeMin;
        while (BlockBytesOf(size) < BlockBytesMax)
            size++;

        bytes[MagicBytes + 1] = (byte)(size << 4);
        if (ContentBytes is { } contentBytes)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(MagicBytes + FixedBytes), contentBytes);

        bytes[^1] = Checksum(bytes.AsSpan(MagicBytes, bytes.Length - MagicBytes - 1));
        return bytes;
    }

    private static int BlockBytesOf(int size) => 1 << (8 + (2 * size));

    private static byte Checksum(ReadOnlySpan<byte> bytes) => (byte)(XxHash32.Of(bytes) >> 8);
}
