using VectorStore.Engine.Primitives;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Wal;

/// <summary>Reads the records of one file front to back, up to the first that is not exactly what belongs there.</summary>
/// <remarks>
/// A record belongs if its header and body match their checksums, its LSN follows the one before and it names its predecessor's checksum.
/// No length is believed before the header's checksum is, and none beyond the end of the file, so damage never causes a large allocation.
/// </remarks>
internal sealed class WalReader : IDisposable
{
    private const int BufferBytes = 256 * 1024;

    private readonly uint _seed;
    private byte[] _buffer;
    private long _bufferOffset;
    private int _bufferedBytes;

    /// <summary>Begins before the first record. The reader owns the file.</summary>
    public WalReader(IFile file, in WalFileHeader header)
    {
        File = file;
        Length = file.Length;
        _seed = header.RecordSeed;
        _buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(BufferBytes, Length));
        NextLsn = header.FirstLsn;
        PreviousCrc = header.PreviousCrc;
        Offset = WalFormat.FileHeaderBytes;
    }

    public IFile File { get; }

    public long Length { get; }

    /// <summary>Where the next record begins, or would.</summary>
    public long Offset { get; private set; }

    /// <summary>The LSN the next record has, or would have.</summary>
    public ulong NextLsn { get; private set; }

    /// <summary>What the next record must name as its predecessor.</summary>
    public uint PreviousCrc { get; private set; }

    /// <summary>Reads the header page of an open file and checks it, the length of the file included.</summary>
    public static WalFileHeader ReadHeader(IFile file)
    {
        byte[] page = new byte[WalFormat.FileHeaderBytes];
        file.ReadExactly(page, 0);
        var header = WalFileHeader.Read(file.Path, page);

        // The length was synced before the file got its name. A shorter file has lost records, and their absence would look like a clean end.
        long length = file.Length;
        if (length != header.FileBytes)
            throw new CorruptDataException(file.Path, Math.Min(length, header.FileBytes), $"the file was made with {header.FileBytes} bytes, it has {length}");

        return header;
    }

    /// <summary>Reads the next record; the body is valid until the next call.</summary>
    public bool TryRead(out WalRecordHeader header, out ReadOnlyMemory<byte> body)
    {
        body = default;
        if (!TryView(WalFormat.RecordHeaderBytes, out var bytes)
            || !WalRecordHeader.TryRead(bytes.Span, _seed, out header)
            || header.Lsn != NextLsn
            || header.PreviousCrc != PreviousCrc
            || !TryView(header.RecordBytes, out bytes))
        {
            header = default;
            return false;
        }

        var paddedBody = bytes[WalFormat.RecordHeaderBytes..];
        if (Crc32C.Compute(paddedBody.Span) != header.BodyCrc)
            return false;

        body = paddedBody[..header.BodyLength];
        Offset += header.RecordBytes;
        NextLsn++;
        PreviousCrc = header.HeaderCrc;
        return true;
    }

    public void Dispose() => File.Dispose();

    /// <summary>Shows the next <paramref name="count"/> bytes, or nothing where the file ends before.</summary>
    private bool TryView(int count, out ReadOnlyMemory<byte> view)
    {
        view = default;
        if (count > Length - Offset)
            return false;

        if (Offset + count > _bufferOffset + _bufferedBytes)
        {
            if (count > _buffer.Length)
                _buffer = GC.AllocateUninitializedArray<byte>(count);

            _bufferOffset = Offset;
            _bufferedBytes = (int)Math.Min(_buffer.Length, Length - Offset);
            File.ReadExactly(_buffer.AsSpan(0, _bufferedBytes), Offset);
        }

        view = _buffer.AsMemory((int)(Offset - _bufferOffset), count);
        return true;
    }
}
