using System.Buffers;
using System.Buffers.Binary;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Segments;

/// <summary>Writes the payloads of a segment in row order. One thread.</summary>
internal sealed class PayloadBlockWriter(BlockFileWriter file)
{
    private readonly ArrayBufferWriter<byte> _block = new(PayloadBlockFormat.BlockBytesTarget * 2);

    public void Add(uint row, ReadOnlySpan<byte> json)
    {
        AddHeader(row, json.Length);
        AddJson(json);
    }

    /// <summary>As in a file of changes.</summary>
    public void Add(uint row, PayloadVersion version, ReadOnlySpan<byte> json)
    {
        AddHeader(row, PayloadBlockFormat.VersionBytes + json.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(_block.GetSpan(PayloadBlockFormat.VersionBytes), version.Word);
        _block.Advance(PayloadBlockFormat.VersionBytes);
        AddJson(json);
    }

    /// <summary>Writes out what is buffered; call once at the end.</summary>
    public void Flush()
    {
        if (_block.WrittenCount == 0)
            return;

        Span<byte> header = stackalloc byte[PayloadBlockFormat.HeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, PayloadBlockFormat.CodecStored);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], _block.WrittenCount);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], _block.WrittenCount);
        file.Write(header);
        file.Write(_block.WrittenSpan);
        _block.ResetWrittenCount();
    }

    private void AddHeader(uint row, int length)
    {
        var header = _block.GetSpan(PayloadBlockFormat.EntryHeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header, row);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], length);
        _block.Advance(PayloadBlockFormat.EntryHeaderBytes);
    }

    private void AddJson(ReadOnlySpan<byte> json)
    {
        _block.Write(json);
        if (_block.WrittenCount >= PayloadBlockFormat.BlockBytesTarget)
            Flush();
    }
}
