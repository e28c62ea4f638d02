using System.Buffers.Binary;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Wal;

/// <summary>The first page of every log file. See docs/format/wal.md, version 1. Little-endian, UUIDs in network order.</summary>
/// <remarks><code>
/// offset  size  field           notes
///      0     8  magic           "VSWALOG1"
///      8     4  version         1
///     12     4  shard           0
///     16    16  collectionId    UUID of the collection
///     32    16  fileId          random UUID of this very file; seeds the checksum of its records
///     48     8  fileNumber      the number in the file's name
///     56     8  firstLsn        of the first record the file holds or will hold; every LSN below it was durable when the file was made
///     64     4  epoch           0
///     68     4  previousCrc     headerCrc of the last record before this file; 0 in a new log
///     72     8  fileBytes       length the file was made with, and has ever after
///     80  4012  reserved        written zero, rejected otherwise
///   4092     4  crc32c          over bytes [0, 4092)
/// </code></remarks>
internal readonly record struct WalFileHeader(Guid CollectionId, Guid FileId, ulong FileNumber, ulong FirstLsn, uint PreviousCrc, long FileBytes)
{
    private const int ReservedOffset = 80;
    private const int ChecksumOffset = WalFormat.FileHeaderBytes - sizeof(uint);

    /// <summary>What the checksum of each record header starts from, so that a record of another file never validates in this one.</summary>
    public uint RecordSeed
    {
        get
        {
            Span<byte> fileId = stackalloc byte[16];
            FileId.TryWriteBytes(fileId, bigEndian: true, out _);
            return Crc32C.Compute(fileId);
        }
    }

    /// <summary>Checks everything that a header alone can show, and throws at the first thing wrong.</summary>
    /// <param name="path">For the error.</param>
    /// <param name="bytes">The first <see cref="WalFormat.FileHeaderBytes"/> bytes of the file.</param>
    public static WalFileHeader Read(string path, ReadOnlySpan<byte> bytes)
    {
        if (!bytes[..8].SequenceEqual(WalFormat.Magic))
            throw new CorruptDataException(path, 0, "not a log file: the magic bytes are missing");

        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]);
        uint found = Crc32C.Compute(bytes[..ChecksumOffset]);
        if (found != expected)
            throw new CorruptDataException(path, 0, "log file header crc32c", expected, found);

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (version > WalFormat.Version)
            throw new UnsupportedFormatVersionException(path, version, WalFormat.Version);
        if (version == 0)
            throw new CorruptDataException(path, 8, "format version", WalFormat.Version, version);

        uint shard = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        if (shard != 0)
            throw new CorruptDataException(path, 12, "shard", 0, shard);
        uint epoch = BinaryPrimitives.ReadUInt32LittleEndian(bytes[64..]);
        if (epoch != 0)
            throw new CorruptDataException(path, 64, "epoch", 0, epoch);
        if (bytes[ReservedOffset..ChecksumOffset].ContainsAnyExcept((byte)0))
            throw new CorruptDataException(path, ReservedOffset, "reserved bytes are set");

        ulong firstLsn = BinaryPrimitives.ReadUInt64LittleEndian(bytes[56..]);
        if (firstLsn == 0)
            throw new CorruptDataException(path, 56, "the first LSN is 0; LSNs begin at 1");

        return new WalFileHeader(
            new Guid(bytes[16..32], bigEndian: true),
            new Guid(bytes[32..48], bigEndian: true),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]),
            firstLsn,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[68..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[72..]));
    }

    /// <summary>Fills one header page.</summary>
    public void Write(Span<byte> bytes)
    {
        bytes = bytes[..WalFormat.FileHeaderBytes];
        bytes.Clear();
        WalFormat.Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], WalFormat.Version);
        CollectionId.TryWriteBytes(bytes[16..], bigEndian: true, out _);
        FileId.TryWriteBytes(bytes[32..], bigEndian: true, out _);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[48..], FileNumber);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[56..], FirstLsn);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[68..], PreviousCrc);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[72..], FileBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ChecksumOffset..], Crc32C.Compute(bytes[..ChecksumOffset]));
    }
}
