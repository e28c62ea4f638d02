using System.Buffers.Binary;
using System.Text;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Snapshots;

/// <summary>What stands before each file in an archive. See docs/format/snapshot-archive.md, versions 1 to 3. Little-endian.</summary>
/// <remarks><code>
/// offset  size  field      notes
///      0     2  nameBytes  1 to 128; 1 to 320 from version 2 on
///      2     2  reserved   written zero, rejected otherwise
///      4     8  length     bytes of the contents that follow the name
///     12    32  sha256     of the contents
///     44     4  crc32c     over bytes [0, 44), then the name
///     48     …  name       ASCII, as in the descriptor
/// </code></remarks>
internal readonly record struct ArchiveEntry(string Name, long Length, string Sha256)
{
    public const int FixedBytes = 48;
    private const int HashOffset = 12;
    private const int ChecksumOffset = 44;

    /// <summary>Bytes of the name that follows, from the fixed part; nothing else of it is believed yet.</summary>
    public static int ReadNameBytes(string source, long offset, ReadOnlySpan<byte> bytes, int nameBytesMax = SnapshotFormat.NameLengthMax)
    {
        int nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        return nameBytes >= 1 && nameBytes <= nameBytesMax
            ? nameBytes
            : throw new CorruptDataException(source, offset, $"an entry's name has 1 to {nameBytesMax} bytes, this one says {nameBytes}");
    }

    /// <summary>Checks everything that an entry alone can show.</summary>
    /// <param name="source">For the error.</param>
    /// <param name="offset">Of the entry in the archive, for the error.</param>
    /// <param name="bytes">The fixed part and the name.</param>
    public static ArchiveEntry Read(string source, long offset, ReadOnlySpan<byte> bytes)
    {
        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]);
        uint found = Crc32C.Append(Crc32C.Compute(bytes[..ChecksumOffset]), bytes[FixedBytes..]);
        if (found != expected)
            throw new CorruptDataException(source, offset + ChecksumOffset, "entry crc32c", expected, found);
        if (bytes[2] != 0 || bytes[3] != 0)
            throw new CorruptDataException(source, offset + 2, "reserved bytes are set");

        string name = Encoding.Latin1.GetString(bytes[FixedBytes..]);
        if (name != SnapshotFormat.DescriptorFile && name != ArchiveBase.EntryName && !SnapshotFormat.IsFileName(name) && !SnapshotFormat.IsDatabaseFileName(name))
            throw new CorruptDataException(source, offset + FixedBytes, $"'{name}' is not the name of a snapshot's file");

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes[4..]);
        if (length > SnapshotFormat.BytesMax)
            throw new CorruptDataException(source, offset + 4, $"{name}: expected at most {SnapshotFormat.BytesMax} bytes, got {length}");

        return new ArchiveEntry(name, (long)length, Convert.ToHexStringLower(bytes.Slice(HashOffset, SnapshotFormat.Sha256Bytes)));
    }

    /// <summary>The bytes that stand before the contents.</summary>
    public byte[] ToBytes()
    {
        byte[] name = Encoding.ASCII.GetBytes(Name);
        byte[] bytes = new byte[FixedBytes + name.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)name.Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(4), Length);
        Convert.FromHexString(Sha256).CopyTo(bytes, HashOffset);
        name.CopyTo(bytes, FixedBytes);
        uint checksum = Crc32C.Append(Crc32C.Compute(bytes.AsSpan(0, ChecksumOffset)), name);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumOffset), checksum);
        return bytes;
    }
}
