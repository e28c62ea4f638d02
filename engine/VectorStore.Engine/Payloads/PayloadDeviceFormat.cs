using System.Buffers.Binary;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Payloads;

/// <summary>The files of a FASTER payload store. See docs/format/payload-device.md, version 1. Little-endian.</summary>
/// <remarks><code>
/// log.N        FASTER's log, bytes [N × segment, (N + 1) × segment), in blocks of 4096 bytes; nothing of ours in it
/// log.N.crc    32-byte header, then u32 crc32c of each block of log.N:
///   offset  size  field       notes
///        0     8  magic       "VSPAYCRC"
///        8     4  version     1
///       12     4  blockBytes  4096
///       16     4  segment     N
///       20     8  reserved    written zero, rejected otherwise
///       28     4  crc32c      over header bytes [0, 28)
/// checkpoint-T one durable state, PayloadCheckpointFile
/// </code></remarks>
internal static class PayloadDeviceFormat
{
    public const int BlockBytes = 4096;
    public const int SideHeaderBytes = 32;
    public const uint Version = 1;

    /// <summary>FASTER's first record begins here; a log that ends here is empty and has no file.</summary>
    public const long FirstAddress = 64;

    public static ReadOnlySpan<byte> SideMagic => "VSPAYCRC"u8;

    public static string SegmentName(int segment) => $"log.{segment}";

    public static string SideName(int segment) => $"log.{segment}.crc";

    public static string CheckpointName(Guid token) => $"checkpoint-{token:N}";

    public static void WriteSideHeader(Span<byte> header, int segment)
    {
        header.Clear();
        SideMagic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], BlockBytes);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], segment);
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], Crc32C.Compute(header[..28]));
    }

    public static void CheckSideHeader(ReadOnlySpan<byte> header, int segment, string path)
    {
        uint computed = Crc32C.Compute(header[..28]);
        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(header[28..]);
        if (computed != stored)
            throw new CorruptDataException(path, 0, "header crc32c", stored, computed);
        if (!header[..8].SequenceEqual(SideMagic))
            throw new CorruptDataException(path, 0, "not a checksum file of a payload log: the magic bytes are missing");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (version > Version)
            throw new UnsupportedFormatVersionException(path, version, Version);
        if (BinaryPrimitives.ReadInt32LittleEndian(header[12..]) != BlockBytes || BinaryPrimitives.ReadInt32LittleEndian(header[16..]) != segment)
            throw new CorruptDataException(path, 12, $"the file belongs to another segment or block size, expected segment {segment} in blocks of {BlockBytes} bytes");
        if (header[20..28].ContainsAnyExcept((byte)0))
            throw new CorruptDataException(path, 20, "reserved bytes are set");
    }
}
