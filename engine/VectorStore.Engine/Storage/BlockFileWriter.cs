using System.Buffers.Binary;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Storage;

/// <summary>Writes a sealed file front to back and makes its contents durable. Its name is durable once the caller syncs the directory.</summary>
/// <remarks>One thread. Disposing without <see cref="Complete"/> leaves a file that no reader accepts.</remarks>
internal sealed class BlockFileWriter : IDisposable
{
    private const int BufferBlocks = 256;

    private readonly IFile _file;
    private readonly string _name;
    private readonly BlockFileKind _kind;
    private readonly uint _version;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBlocks * BlockFileFormat.BlockBytes);
    private readonly MemoryStream _table = new();
    private int _buffered;
    private long _written;

    public BlockFileWriter(IFileSystem fileSystem, string path, BlockFileKind kind, uint version)
    {
        _file = fileSystem.CreateFile(path);
        _name = path[(path.LastIndexOf('/') + 1)..];
        _kind = kind;
        _version = version;
    }

    public string Path => _file.Path;

    /// <summary>Bytes of body so far.</summary>
    public long BodyBytes => _written + _buffered;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, _buffer.Length - _buffered);
            bytes[..count].CopyTo(_buffer.AsSpan(_buffered));
            _buffered += count;
            bytes = bytes[count..];
            if (_buffered == _buffer.Length)
                WriteBuffer();
        }
    }

    /// <summary>Writes what remains with table and trailer, and syncs.</summary>
    public BlockFileSummary Complete()
    {
        long bodyBytes = BodyBytes;
        WriteBuffer();

        byte[] tail = new byte[_table.Length + BlockFileFormat.TrailerBytes];
        var table = tail.AsSpan(0, (int)_table.Length);
        _table.GetBuffer().AsSpan(0, table.Length).CopyTo(table);

        var trailer = tail.AsSpan(table.Length);
        BlockFileFormat.Magic.CopyTo(trailer);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[8..], BlockFileFormat.ContainerVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[12..], (uint)_kind);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[16..], _version);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[24..], bodyBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[32..], Crc32C.Compute(table));
        uint checksum = Crc32C.Compute(trailer[..60]);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[60..], checksum);

        _file.Write(tail, _written);
        _file.SyncData();
        return new BlockFileSummary(_name, _written + tail.Length, checksum);
    }

    public void Dispose()
    {
        _file.Dispose();
        _table.Dispose();
    }

    private void WriteBuffer()
    {
        int padded = (int)BlockFileFormat.BlockCount(_buffered) * BlockFileFormat.BlockBytes;
        _buffer.AsSpan(_buffered, padded - _buffered).Clear();

        Span<byte> entry = stackalloc byte[sizeof(uint)];
        for (int start = 0; start < padded; start += BlockFileFormat.BlockBytes)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(entry, Crc32C.Compute(_buffer.AsSpan(start, BlockFileFormat.BlockBytes)));
            _table.Write(entry);
        }

        if (padded > 0)
            _file.Write(_buffer.AsSpan(0, padded), _written);

        _written += padded;
        _buffered = 0;
    }
}
