namespace VectorStore.Engine.Segments;

/// <summary>The payload copy of a sealed segment. See docs/format/segment.md, version 1. Little-endian.</summary>
/// <remarks><code>
/// body     blocks, one after the other, to the end
/// block    12 bytes, then storedLength bytes
///   offset  size  field         notes
///        0     4  codec         0 stored; others are refused
///        4     4  storedLength  bytes that follow
///        8     4  rawLength     bytes after decoding, at most BlockBytesMax
/// decoded  entries: u32 row, u32 length, then the UTF-8 JSON; rows ascend through the whole file
/// </code>
/// In a file of changes the JSON is preceded by the 8 bytes of its <see cref="PayloadVersion"/>, and absent where the row has no payload any more.
/// </remarks>
internal static class PayloadBlockFormat
{
    public const int HeaderBytes = 12;
    public const int EntryHeaderBytes = 8;
    public const uint CodecStored = 0;

    /// <summary>A block is closed once it holds this much.</summary>
    public const int BlockBytesTarget = 64 * 1024;

    /// <summary>Bytes before the JSON in a file of changes.</summary>
    public const int VersionBytes = 8;

    /// <summary>The largest block: the target and one payload of the largest size.</summary>
    public const int BlockBytesMax = BlockBytesTarget + EntryHeaderBytes + VersionBytes + (1024 * 1024);
}
