using System.Buffers.Binary;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Wal;

/// <summary>Fixed prefix of every log record. See docs/format/wal.md, version 1. Little-endian.</summary>
/// <remarks><code>
/// offset  size  field        notes
///      0     4  bodyLength   bytes, at most <see cref="WalFormat.BodyBytesLimit"/>; 0 for a watermark
///      4     4  bodyCrc      crc32c over body and padding
///      8     8  lsn          one more than that of the record before
///     16     8  durableLsn   highest LSN known to be synced when this record was written; less than lsn
///     24     4  epoch        0
///     28     2  kind         0 is the log's own watermark, the rest means something to the consumer
///     30     2  flags        written zero, rejected otherwise
///     32     4  previousCrc  headerCrc of the record before
///     36     4  headerCrc    crc32c over the file's UUID, then bytes [0, 36)
/// </code>
/// The header proves itself without its body and without the record before it. That is what lets a scan look behind a damaged record:
/// it can believe a <see cref="DurableLsn"/> it finds there, at the cost of 36 bytes of checksum per candidate whatever a hostile body says its length is.
/// </remarks>
internal readonly record struct WalRecordHeader(
    int BodyLength,
    uint BodyCrc,
    ulong Lsn,
    ulong DurableLsn,
    ushort Kind,
    uint PreviousCrc,
    uint HeaderCrc)
{
    private const int ChecksumOffset = WalFormat.RecordHeaderBytes - sizeof(uint);

    /// <summary>Bytes of the whole record in the file.</summary>
    public int RecordBytes => WalFormat.RecordBytes(BodyLength);

    /// <summary>Reads a header if these bytes are one that was written into the file with this seed. Believes nothing else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, uint seed, out WalRecordHeader header)
    {
        header = default;

        // The cheap questions come first: nearly every place a scan asks about is not a record.
        ulong lsn = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        ulong durableLsn = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        if (durableLsn >= lsn)
            return false;

        uint bodyLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        uint epoch = BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]);
        ushort kind = BinaryPrimitives.ReadUInt16LittleEndian(bytes[28..]);
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(bytes[30..]);
        if (bodyLength > WalFormat.BodyBytesLimit || epoch != 0 || flags != 0 || (kind == WalFormat.WatermarkKind && bodyLength != 0))
            return false;

        uint headerCrc = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]);
        if (Crc32C.Append(seed, bytes[..ChecksumOffset]) != headerCrc)
            return false;

        header = new WalRecordHeader(
            (int)bodyLength,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
            lsn,
            durableLsn,
            kind,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]),
            headerCrc);
        return true;
    }

    /// <summary>Writes a whole record, header, body and padding, to the start of <paramref name="bytes"/>.</summary>
    /// <returns>The header's checksum, which the next record names as its predecessor.</returns>
    public static uint WriteRecord(
        Span<byte> bytes, uint seed, ulong lsn, ulong durableLsn, ushort kind, uint previousCrc, ReadOnlySpan<byte> body)
    {
        bytes = bytes[..WalFormat.RecordBytes(body.Length)];
        var paddedBody = bytes[WalFormat.RecordHeaderBytes..];
        body.CopyTo(paddedBody);
        paddedBody[body.Length..].Clear();

        BinaryPrimitives.WriteInt32LittleEndian(bytes, body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Crc32C.Compute(paddedBody));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], lsn);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], durableLsn);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[24..], 0);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[28..], kind);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[30..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[32..], previousCrc);

        uint headerCrc = Crc32C.Append(seed, bytes[..ChecksumOffset]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ChecksumOffset..], headerCrc);
        return headerCrc;
    }
}
