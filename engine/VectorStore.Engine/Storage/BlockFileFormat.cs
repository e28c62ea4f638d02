namespace VectorStore.Engine.Storage;

/// <summary>The container of every sealed file. See docs/format/block-file.md, version 1. Little-endian.</summary>
/// <remarks><code>
/// body     the contents, in blocks of 4096 bytes; the last one padded with zeros
/// table    u32 crc32c of each block, in order
/// trailer  64 bytes:
///   offset  size  field         notes
///        0     8  magic         "VSBLOCK1"
///        8     4  container     1, version of this container
///       12     4  kind          what the body is: BlockFileKind
///       16     4  version       of the body's own format
///       20     4  reserved      written zero, rejected otherwise
///       24     8  bodyLength    bytes before padding
///       32     4  tableCrc32c   over the table
///       36    24  reserved      written zero, rejected otherwise
///       60     4  crc32c        over trailer bytes [0, 60)
/// </code>
/// File length is exactly blocks × 4096 + blocks × 4 + 64, which is checked first. An empty body has no block.
/// </remarks>
internal static class BlockFileFormat
{
    public const int BlockBytes = 4096;
    public const int TrailerBytes = 64;
    public const uint ContainerVersion = 1;

    public static ReadOnlySpan<byte> Magic => "VSBLOCK1"u8;

    public static long BlockCount(long bodyBytes) => (bodyBytes + BlockBytes - 1) / BlockBytes;

    public static long FileBytes(long bodyBytes) => (BlockCount(bodyBytes) * (BlockBytes + sizeof(uint))) + TrailerBytes;
}
