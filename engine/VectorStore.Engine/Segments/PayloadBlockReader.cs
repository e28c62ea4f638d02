using System.Buffers.Binary;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Segments;

/// <summary>Reads the payloads of a sealed segment front to back. One thread.</summary>
internal sealed class PayloadBlockReader(BlockFileReader file, uint rowCount)
{
    private byte[] _block = [];
    private int _blockLength;
    private int _position;
    private long _nextBlock;
    private long _rowBefore = -1;

    /// <summary>The payload read last; valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Json => _block.AsSpan(JsonStart, JsonLength);

    /// <summary>The row of the payload read last.</summary>
    public uint Row { get; private set; }

    private int JsonStart { get; set; }

    private int JsonLength { get; set; }

    /// <summary>Goes to the next payload; false at the end.</summary>
    public bool Read()
    {
        if (_position == _blockLength && !ReadBlock())
            return false;

        var rest = _block.AsSpan(_position, _blockLength - _position);
        if (rest.Length < PayloadBlockFormat.EntryHeaderBytes)
            throw Damaged("an entry is cut off");

        Row = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
        if (length > rest.Length - PayloadBlockFormat.EntryHeaderBytes)
            throw Damaged($"a payload of {length} bytes does not fit its block");
        if (Row >= rowCount || Row <= _rowBefore)
            throw Damaged($"row {Row} comes after row {_rowBefore} of {rowCount}");

        _rowBefore = Row;
        JsonStart = _position + PayloadBlockFormat.EntryHeaderBytes;
        JsonLength = (int)length;
        _position = JsonStart + JsonLength;
        return true;
    }

    private bool ReadBlock()
    {
        if (_nextBlock == file.BodyBytes)
            return false;

        Span<byte> header = stackalloc byte[PayloadBlockFormat.HeaderBytes];
        file.Read(header, _nextBlock);
        uint codec = BinaryPrimitives.ReadUInt32LittleEndian(header);
        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        uint raw = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (codec != PayloadBlockFormat.CodecStored)
            throw Damaged($"codec {codec} is unknown");
        if (stored != raw || raw == 0 || raw > PayloadBlockFormat.BlockBytesMax)
            throw Damaged($"a block of {stored} stored and {raw} raw bytes cannot be");

        if (_block.Length < raw)
            _block = GC.AllocateUninitializedArray<byte>((int)raw);

        _blockLength = (int)raw;
        _position = 0;
        file.Read(_block.AsSpan(0, _blockLength), _nextBlock + PayloadBlockFormat.HeaderBytes);
        _nextBlock += PayloadBlockFormat.HeaderBytes + stored;
        return true;
    }

    private CorruptDataException Damaged(string what) => new(file.Path, _nextBlock, what);
}
