using System.Buffers.Binary;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Snapshots;

/// <summary>The first bytes of an archive of a snapshot. See docs/format/snapshot-archive.md, versions 1 to 3. Little-endian.</summary>
/// <remarks><code>
/// offset  size  field         notes
///      0     8  magic         "VSSNAPAR"
///      8     4  version       1; 2 where it is of the whole database; 3 where it has a base, whatever it is of
///     12     4  entries       the base where there is one, the descriptor and the files, at least 1
///     16     8  contentBytes  lengths of all entries, added up
///     24     4  reserved      written zero, rejected otherwise
///     28     4  crc32c        over bytes [0, 28)
/// </code></remarks>
internal readonly record struct ArchiveHeader(int Entries, long ContentBytes)
{
    public const uint VersionMax = 3;
    public const int Bytes = 32;
    private const int ChecksumOffset = Bytes - sizeof(uint);

    public static ReadOnlySpan<byte> Magic => "VSSNAPAR"u8;

    /// <summary>1, or 2 where it is of the whole database, or 3 where it has a base, so that who knows no such thing says so.</summary>
    public uint Version { get; init; } = 1;

    /// <summary>Whether its first entry names a base.</summary>
    public bool HasBase => Version == 3;

    /// <summary>Most bytes of an entry's name.</summary>
    public int NameBytesMax => Version == 1 ? SnapshotFormat.NameLengthMax : SnapshotFormat.DatabaseNameLengthMax;

    /// <summary>Checks everything that a header alone can show, and throws at the first thing wrong.</summary>
    public static ArchiveHeader Read(string source, ReadOnlySpan<byte> bytes)
    {
        if (!bytes[..8].SequenceEqual(Magic))
            throw new CorruptDataException(source, 0, "not an archive of a snapshot: the magic bytes are missing");

        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]);
        uint found = Crc32C.Compute(bytes[..ChecksumOffset]);
        if (found != expected)
            throw new CorruptDataException(source, ChecksumOffset, "archive header crc32c", expected, found);

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (version > VersionMax)
            throw new UnsupportedFormatVersionException(source, version, VersionMax);
        if (version == 0)
            throw new CorruptDataException(source, 8, "format version", VersionMax, version);

        uint entries = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        int entriesMax = SnapshotFormat.FilesMax + (version == 3 ? 2 : 1);
        if (entries == 0 || entries > entriesMax)
            throw new CorruptDataException(source, 12, $"an archive has 1 to {entriesMax} entries, this one says {entries}");

        ulong contentBytes = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        if (contentBytes > SnapshotFormat.BytesMax)
            throw new CorruptDataException(source, 16, $"an archive holds at most {SnapshotFormat.BytesMax} bytes, this one says {contentBytes}");
        if (bytes[24..ChecksumOffset].ContainsAnyExcept((byte)0))
            throw new CorruptDataException(source, 24, "reserved bytes are set");

        return new ArchiveHeader((int)entries, (long)contentBytes) { Version = version };
    }

    /// <summary>The header's bytes.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Bytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), Entries);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), ContentBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumOffset), Crc32C.Compute(bytes.AsSpan(0, ChecksumOffset)));
        return bytes;
    }
}
