using System.Buffers.Binary;
using System.Text;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Payloads;

/// <summary>One durable state of a FASTER store: the file checkpoint-T. See docs/format/payload-device.md, version 1. Little-endian.</summary>
/// <remarks><code>
/// offset  size  field           notes
///      0     8  magic           "VSPAYCKP"
///      8     4  version         1
///     12     4  reserved        written zero, rejected otherwise
///     16    16  token           FASTER's name of the state, the UUID's bytes in textual order
///     32     8  lsn             the log position the state stands for
///     40     8  endAddress      the state is the bytes of the log before this address
///     48     4  blocksCrc32c    over the u32 crc32c of every block that lies whole before endAddress, in order
///     52     4  tailCrc32c      over the bytes from the last block boundary to endAddress
///     56     8  liveBytes       estimate: bytes of the log that values need
///     64     4  sizingBytes     at most 256
///     68     4  metadataBytes   at most 1 MiB
///     72        sizing          UTF-8, FasterSizing
///               metadata        FASTER's own text
///               crc32c          u32 over everything before
/// </code></remarks>
internal sealed record PayloadCheckpointFile(
    Guid Token,
    ulong Lsn,
    long EndAddress,
    uint BlocksChecksum,
    uint TailChecksum,
    long LiveBytes,
    string Sizing,
    byte[] Metadata)
{
    private const int HeaderBytes = 72;
    private const int SizingBytesMax = 256;
    private const int MetadataBytesMax = 1024 * 1024;
    private const int FileBytesMax = HeaderBytes + SizingBytesMax + MetadataBytesMax + sizeof(uint);

    private static ReadOnlySpan<byte> Magic => "VSPAYCKP"u8;

    public byte[] ToBytes()
    {
        byte[] sizing = Encoding.UTF8.GetBytes(Sizing);
        byte[] bytes = new byte[HeaderBytes + sizing.Length + Metadata.Length + sizeof(uint)];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), PayloadDeviceFormat.Version);
        Token.TryWriteBytes(bytes.AsSpan(16), bigEndian: true, out _);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(32), Lsn);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), EndAddress);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(48), BlocksChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(52), TailChecksum);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(56), LiveBytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(64), sizing.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(68), Metadata.Length);
        sizing.CopyTo(bytes, HeaderBytes);
        Metadata.CopyTo(bytes, HeaderBytes + sizing.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(^sizeof(uint)), Crc32C.Compute(bytes.AsSpan(..^sizeof(uint))));
        return bytes;
    }

    /// <summary>Reads and checks a file; anything wrong with it is a <see cref="CorruptDataException"/>.</summary>
    public static PayloadCheckpointFile Read(IFileSystem fileSystem, string path)
    {
        byte[] bytes = fileSystem.ReadAllBytes(path, FileBytesMax);
        if (bytes.Length < HeaderBytes + sizeof(uint))
            throw new CorruptDataException(path, bytes.Length, $"a checkpoint has at least {HeaderBytes + sizeof(uint)} bytes, this one has {bytes.Length}");

        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(^sizeof(uint)));
        uint computed = Crc32C.Compute(bytes.AsSpan(..^sizeof(uint)));
        if (stored != computed)
            throw new CorruptDataException(path, bytes.Length - sizeof(uint), "crc32c", stored, computed);
        if (!bytes.AsSpan(0, 8).SequenceEqual(Magic))
            throw new CorruptDataException(path, 0, "not a payload checkpoint: the magic bytes are missing");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8));
        if (version > PayloadDeviceFormat.Version)
            throw new UnsupportedFormatVersionException(path, version, PayloadDeviceFormat.Version);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(12)) != 0)
            throw new CorruptDataException(path, 12, "reserved bytes are set");

        uint sizingBytes = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(64));
        uint metadataBytes = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(68));
        if (sizingBytes > SizingBytesMax || metadataBytes > MetadataBytesMax || HeaderBytes + sizingBytes + metadataBytes + sizeof(uint) != bytes.Length)
            throw new CorruptDataException(path, 64, $"{sizingBytes} and {metadataBytes} bytes of text do not fit a file of {bytes.Length} bytes");

        return new PayloadCheckpointFile(
            new Guid(bytes.AsSpan(16, 16), bigEndian: true),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(32)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(40)),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(48)),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(52)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(56)),
            Encoding.UTF8.GetString(bytes.AsSpan(HeaderBytes, (int)sizingBytes)),
            bytes.AsSpan(HeaderBytes + (int)sizingBytes, (int)metadataBytes).ToArray());
    }
}
