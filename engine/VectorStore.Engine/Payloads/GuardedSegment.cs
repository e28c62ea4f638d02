using System.Buffers;
using System.Buffers.Binary;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Payloads;

/// <summary>One file of the log with the checksum of each of its blocks, which are in memory and, as of the last checkpoint, in a file beside it.</summary>
/// <remarks>Guarded by the lock of its <see cref="GuardedDevice"/>, but for <see cref="SyncAhead"/>.</remarks>
internal sealed class GuardedSegment : IDisposable
{
    private const int BlockBytes = PayloadDeviceFormat.BlockBytes;

    private readonly IFileSystem _fileSystem;
    private readonly IFile _file;
    private readonly string _sidePath;
    private readonly int _number;
    private readonly uint[] _checksums;
    private readonly bool[] _isWritten;
    private int _blockEnd;
    private bool _isDirty;
    private bool _isSyncedAhead;

    private GuardedSegment(IFileSystem fileSystem, IFile file, string directory, int number, int blocks)
    {
        _fileSystem = fileSystem;
        _file = file;
        _sidePath = $"{directory}/{PayloadDeviceFormat.SideName(number)}";
        _number = number;
        _checksums = new uint[blocks];
        _isWritten = new bool[blocks];
    }

    public long MemoryBytes => _checksums.Length * (sizeof(uint) + 1L);

    /// <summary>Makes the file of a segment that has none.</summary>
    public static GuardedSegment Create(IFileSystem fileSystem, string directory, int number, int blocks) =>
        new(fileSystem, fileSystem.CreateFile($"{directory}/{PayloadDeviceFormat.SegmentName(number)}"), directory, number, blocks);

    /// <summary>Opens a segment whose first <paramref name="blocksKept"/> blocks belong to a checkpoint, and takes their checksums from the file beside it, unproven.</summary>
    public static GuardedSegment Open(IFileSystem fileSystem, string directory, int number, int blocks, int blocksKept)
    {
        var segment = new GuardedSegment(
            fileSystem, fileSystem.OpenFile($"{directory}/{PayloadDeviceFormat.SegmentName(number)}", FileAccessMode.ReadWrite), directory, number, blocks);
        try
        {
            segment.LoadChecksums(blocksKept);
            return segment;
        }
        catch
        {
            segment.Dispose();
            throw;
        }
    }

    /// <summary>Writes whole blocks.</summary>
    public void Write(ReadOnlySpan<byte> blocks, int firstBlock)
    {
        _isDirty = true;
        _file.Write(blocks, (long)firstBlock * BlockBytes);
        for (int i = 0; i < blocks.Length / BlockBytes; i++)
        {
            _checksums[firstBlock + i] = Crc32C.Compute(blocks.Slice(i * BlockBytes, BlockBytes));
            _isWritten[firstBlock + i] = true;
        }

        _blockEnd = Math.Max(_blockEnd, firstBlock + (blocks.Length / BlockBytes));
    }

    /// <summary>Reads whole blocks and verifies each. A block that was never written is zeros: FASTER reads ahead of what it looks for.</summary>
    public void Read(Span<byte> blocks, int firstBlock)
    {
        int count = blocks.Length / BlockBytes;
        int block = 0;
        while (block < count)
        {
            int runEnd = block;
            while (runEnd < count && _isWritten[firstBlock + runEnd])
                runEnd++;
            if (runEnd == block)
            {
                blocks.Slice(block * BlockBytes, BlockBytes).Clear();
                block++;
                continue;
            }

            _file.ReadExactly(blocks[(block * BlockBytes)..(runEnd * BlockBytes)], (long)(firstBlock + block) * BlockBytes);
            for (; block < runEnd; block++)
                Verify(blocks.Slice(block * BlockBytes, BlockBytes), firstBlock + block);
        }
    }

    /// <summary>Reads the beginning of a block as it is, for a caller who verifies it in another way.</summary>
    public void ReadUnverified(Span<byte> block, int number, int length) => _file.ReadExactly(block[..length], (long)number * BlockBytes);

    /// <summary>Goes on with a checksum over the stored checksums of the first blocks.</summary>
    public uint AppendChecksums(uint checksum, int blocks)
    {
        Span<byte> entry = stackalloc byte[sizeof(uint)];
        for (int block = 0; block < blocks; block++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(entry, _checksums[block]);
            checksum = Crc32C.Append(checksum, entry);
        }

        return checksum;
    }

    /// <summary>Makes the blocks and then their checksums durable, if any were written. The names of the files are the caller's.</summary>
    public void MakeDurable()
    {
        if (!_isDirty)
            return;

        _file.SyncData();

        // Every entry of a block that an older checkpoint needs is written again with the value it has, so it does not matter how this write is torn.
        byte[] side = ArrayPool<byte>.Shared.Rent(PayloadDeviceFormat.SideHeaderBytes + (_blockEnd * sizeof(uint)));
        try
        {
            var contents = side.AsSpan(0, PayloadDeviceFormat.SideHeaderBytes + (_blockEnd * sizeof(uint)));
            PayloadDeviceFormat.WriteSideHeader(contents[..PayloadDeviceFormat.SideHeaderBytes], _number);
            for (int block = 0; block < _blockEnd; block++)
                BinaryPrimitives.WriteUInt32LittleEndian(contents[(PayloadDeviceFormat.SideHeaderBytes + (block * sizeof(uint)))..], _checksums[block]);

            using var sideFile = _fileSystem.FileExists(_sidePath) ? _fileSystem.OpenFile(_sidePath, FileAccessMode.ReadWrite) : _fileSystem.CreateFile(_sidePath);
            sideFile.Write(contents, 0);
            sideFile.SyncData();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(side);
        }

        _isDirty = false;
    }

    /// <summary>Syncs the blocks, once, without a lock: for a segment that is full.</summary>
    public void SyncAhead()
    {
        if (_isSyncedAhead)
            return;

        _isSyncedAhead = true;
        _file.SyncData();
    }

    public void Dispose() => _file.Dispose();

    private void LoadChecksums(int blocksKept)
    {
        if (_file.Length < (long)blocksKept * BlockBytes)
            throw new CorruptDataException(_file.Path, _file.Length, $"the file has {_file.Length} bytes, its checkpoint needs {(long)blocksKept * BlockBytes}");

        using var sideFile = _fileSystem.OpenFile(_sidePath, FileAccessMode.Read);
        byte[] side = new byte[PayloadDeviceFormat.SideHeaderBytes + (blocksKept * sizeof(uint))];
        sideFile.ReadExactly(side, 0);
        PayloadDeviceFormat.CheckSideHeader(side.AsSpan(0, PayloadDeviceFormat.SideHeaderBytes), _number, _sidePath);
        var entries = side.AsSpan(PayloadDeviceFormat.SideHeaderBytes);
        for (int block = 0; block < blocksKept; block++)
        {
            _checksums[block] = BinaryPrimitives.ReadUInt32LittleEndian(entries[(block * sizeof(uint))..]);
            _isWritten[block] = true;
        }

        _blockEnd = blocksKept;
    }

    private void Verify(ReadOnlySpan<byte> block, int number)
    {
        uint computed = Crc32C.Compute(block);
        if (computed != _checksums[number])
            throw new CorruptDataException(_file.Path, (long)number * BlockBytes, "block crc32c", _checksums[number], computed);
    }
}
