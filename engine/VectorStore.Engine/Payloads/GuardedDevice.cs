using System.Buffers;
using System.Diagnostics;
using FASTER.core;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Payloads;

/// <summary>The disk below FASTER's log: every block has a checksum that is verified when it is read, and the first failure is latched for good.</summary>
/// <remarks>
/// All I/O happens on the calling thread and each callback is invoked before the call returns, once, whatever happens: no callback can be lost, and a
/// simulated disk drives FASTER deterministically. FASTER never sees a byte that is not verified: damaged records kill the process.
/// <para>
/// What lies before the end of the last checkpoint never changes on disk. FASTER writes the block in which a checkpoint ended again, when it
/// fills the rest of it, and may have set bits in the headers of old records meanwhile; those bytes are replaced by the ones that the
/// checkpoint made durable. So a crash in the middle of such a write cannot harm the checkpoint, whose last bytes have a checksum of their own.
/// </para>
/// </remarks>
internal sealed class GuardedDevice : StorageDeviceBase
{
    private const int BlockBytes = PayloadDeviceFormat.BlockBytes;
    private const int VerifyBlocks = 64;

    private readonly IFileSystem _fileSystem;
    private readonly string _directory;
    private readonly FailureLatch _latch;
    private readonly long _segmentBytes;
    private readonly ReaderWriterLockSlim _lock = new(LockRecursionPolicy.NoRecursion);

    // Guarded by _lock. FASTER over-reads into blocks that another thread may be writing, so reading and writing exclude each other.
    private readonly List<GuardedSegment?> _segments = [];

    // Guarded by _lock. Bytes before this address are those of the last checkpoint; _frozenTail holds the ones since the last block boundary.
    private readonly byte[] _frozenTail = new byte[BlockBytes];
    private long _frozenEnd;

    /// <summary>A device whose files are made as they are written.</summary>
    public GuardedDevice(IFileSystem fileSystem, string directory, long segmentBytes, FailureLatch latch)
        : base(directory, BlockBytes, -1)
    {
        _fileSystem = fileSystem;
        _directory = directory;
        _segmentBytes = segmentBytes;
        _latch = latch;
    }

    /// <summary>Memory of the checksums.</summary>
    public long MemoryBytes
    {
        get
        {
            _lock.EnterReadLock();
            try
            {
                return _segments.Sum(segment => segment?.MemoryBytes ?? 0);
            }
            finally
            {
                _lock.ExitReadLock();
            }
        }
    }

    /// <summary>Opens the log of a checkpoint and verifies every byte of it. Only then may FASTER have it.</summary>
    /// <exception cref="VectorStoreException">Something is damaged, missing or cannot be read.</exception>
    public void Load(PayloadCheckpointFile checkpoint)
    {
        if (checkpoint.EndAddress <= PayloadDeviceFormat.FirstAddress)
            return;

        OpenSegments(checkpoint.EndAddress);
        uint blocksChecksum = ChecksumOfBlocks(checkpoint.EndAddress);
        if (blocksChecksum != checkpoint.BlocksChecksum)
            throw new CorruptDataException(_directory, 0, "crc32c of all block checksums", checkpoint.BlocksChecksum, blocksChecksum);

        VerifyBlocksBefore(checkpoint.EndAddress);
        LoadTail(checkpoint);
    }

    /// <summary>Makes the log before <paramref name="endAddress"/> durable, freezes it, and returns the checksums that will prove it.</summary>
    /// <remarks>The names of new files become durable with that of the checkpoint, whose directory is the same.</remarks>
    public (uint BlocksChecksum, uint TailChecksum) MakeDurable(long endAddress)
    {
        if (endAddress <= PayloadDeviceFormat.FirstAddress)
            return (0, 0);

        _lock.EnterWriteLock();
        try
        {
            foreach (var segment in _segments)
                segment?.MakeDurable();

            uint blocksChecksum = ChecksumOfBlocks(endAddress);
            Array.Clear(_frozenTail);
            if (TailBytes(endAddress) > 0)
                SegmentAt(endAddress).Read(_frozenTail, BlockInSegment(endAddress));

            _frozenEnd = endAddress;
            return (blocksChecksum, Crc32C.Compute(_frozenTail.AsSpan(0, TailBytes(endAddress))));
        }
        catch (Exception failure)
        {
            _latch.Set(failure);
            throw;
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    /// <summary>Syncs the segments that are full, beside reads and writes. What it proves is nothing: <see cref="MakeDurable"/> does it again, and finds less to do.</summary>
    public void SyncAhead()
    {
        GuardedSegment?[] full;
        _lock.EnterReadLock();
        try
        {
            full = [.. _segments.Take(_segments.Count - 1)];
        }
        finally
        {
            _lock.ExitReadLock();
        }

        try
        {
            foreach (var segment in full)
                segment?.SyncAhead();
        }
        catch (Exception failure)
        {
            // Told once, and never again: those bytes are not on the disk.
            _latch.Set(failure);
        }
    }

    public override void WriteAsync(nint sourceAddress, int segmentId, ulong destinationAddress, uint numBytesToWrite, DeviceIOCompletionCallback callback, object context)
    {
        _lock.EnterWriteLock();
        try
        {
            // After a failure nothing is written any more: what is on disk stays as the last checkpoint needs it.
            if (!_latch.IsSet)
                Write(segmentId, checked((long)destinationAddress), NativeBytes.At(sourceAddress, checked((int)numBytesToWrite)));
        }
        catch (Exception failure)
        {
            _latch.Set(failure);
        }
        finally
        {
            _lock.ExitWriteLock();
        }

        // A failed write is reported as done: told of it, FASTER would wait for this page for ever and every writer behind it. The latch is what
        // counts: the store looks at it before and after each call and answers nothing any more.
        callback(0, numBytesToWrite, context);
    }

    public override void ReadAsync(int segmentId, ulong sourceAddress, nint destinationAddress, uint readLength, DeviceIOCompletionCallback callback, object context)
    {
        var destination = NativeBytes.At(destinationAddress, checked((int)readLength));
        bool isRead = false;
        _lock.EnterReadLock();
        try
        {
            if (!_latch.IsSet)
            {
                Read(segmentId, checked((long)sourceAddress), destination);
                isRead = true;
            }
        }
        catch (Exception failure)
        {
            _latch.Set(failure);
        }
        finally
        {
            _lock.ExitReadLock();
        }

        // Zeros are no key of ours, so FASTER finds nothing in them; the store then looks at the latch.
        if (!isRead)
            destination.Clear();
        callback(isRead ? 0u : StorageException.ErrnoIo, isRead ? readLength : 0, context);
    }

    /// <summary>Removes nothing: the beginning of the log never moves (a store with much dead space is rebuilt), so FASTER has no reason to ask.</summary>
    public override void RemoveSegmentAsync(int segment, AsyncCallback callback, IAsyncResult result)
    {
        _latch.Set(new UnreachableException($"FASTER asked to remove segment {segment} of {_directory}"));
        callback(result);
    }

    public override void Dispose()
    {
        _lock.EnterWriteLock();
        try
        {
            foreach (var segment in _segments)
                segment?.Dispose();
            _segments.Clear();
        }
        finally
        {
            _lock.ExitWriteLock();
        }

        _lock.Dispose();
    }

    private static int TailBytes(long address) => (int)(address % BlockBytes);

    private int BlockInSegment(long address) => (int)(address % _segmentBytes / BlockBytes);

    private GuardedSegment SegmentAt(long address) =>
        _segments[(int)(address / _segmentBytes)] ?? throw new UnreachableException($"nothing was written at address {address} of {_directory}");

    private void Write(int segmentId, long offset, ReadOnlySpan<byte> source)
    {
        CheckShape(segmentId, offset, source.Length);
        long address = (segmentId * _segmentBytes) + offset;

        // Skip what belongs to the last checkpoint, and keep its part of the block in which it ended.
        if (address < _frozenEnd)
        {
            int whole = (int)Math.Min(source.Length, (_frozenEnd - address) / BlockBytes * BlockBytes);
            source = source[whole..];
            address += whole;
            if (!source.IsEmpty && address < _frozenEnd)
            {
                Span<byte> mixed = stackalloc byte[BlockBytes];
                source[..BlockBytes].CopyTo(mixed);
                _frozenTail.AsSpan(0, TailBytes(_frozenEnd)).CopyTo(mixed);
                OpenOrCreate(segmentId).Write(mixed, BlockInSegment(address));
                source = source[BlockBytes..];
                address += BlockBytes;
            }
        }

        if (!source.IsEmpty)
            OpenOrCreate(segmentId).Write(source, BlockInSegment(address));
    }

    private void Read(int segmentId, long offset, Span<byte> destination)
    {
        CheckShape(segmentId, offset, destination.Length);
        if (segmentId < _segments.Count && _segments[segmentId] is { } segment)
            segment.Read(destination, (int)(offset / BlockBytes));
        else
            destination.Clear();
    }

    private void CheckShape(int segmentId, long offset, int length)
    {
        if (segmentId < 0 || offset < 0 || offset % BlockBytes != 0 || length % BlockBytes != 0 || offset + length > _segmentBytes)
            throw new UnreachableException($"FASTER asked for {length} bytes at {offset} of segment {segmentId}, which are not whole blocks of it");
    }

    private GuardedSegment OpenOrCreate(int segmentId)
    {
        while (_segments.Count <= segmentId)
            _segments.Add(null);

        return _segments[segmentId] ??= GuardedSegment.Create(_fileSystem, _directory, segmentId, (int)(_segmentBytes / BlockBytes));
    }

    private void OpenSegments(long endAddress)
    {
        for (long start = 0; start < endAddress; start += _segmentBytes)
        {
            // The block in which the checkpoint ends is proven by itself, so its entry beside the segment is not asked for.
            long blocksKept = Math.Min(_segmentBytes, endAddress - start) / BlockBytes;
            _segments.Add(GuardedSegment.Open(_fileSystem, _directory, _segments.Count, (int)(_segmentBytes / BlockBytes), (int)blocksKept));
        }
    }

    private uint ChecksumOfBlocks(long endAddress)
    {
        uint checksum = 0;
        for (int i = 0; i * _segmentBytes < endAddress; i++)
        {
            long blocks = Math.Min(_segmentBytes, endAddress - (i * _segmentBytes)) / BlockBytes;
            if (blocks > 0)
                checksum = SegmentAt(i * _segmentBytes).AppendChecksums(checksum, (int)blocks);
        }

        return checksum;
    }

    private void VerifyBlocksBefore(long endAddress)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(VerifyBlocks * BlockBytes);
        try
        {
            long end = endAddress - TailBytes(endAddress);
            for (long address = 0; address < end; address += VerifyBlocks * BlockBytes)
            {
                int length = (int)Math.Min(VerifyBlocks * BlockBytes, end - address);
                SegmentAt(address).Read(buffer.AsSpan(0, length), BlockInSegment(address));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void LoadTail(PayloadCheckpointFile checkpoint)
    {
        _frozenEnd = checkpoint.EndAddress;
        int tailBytes = TailBytes(_frozenEnd);
        if (tailBytes == 0)
            return;

        var segment = SegmentAt(_frozenEnd);
        int block = BlockInSegment(_frozenEnd);
        segment.ReadUnverified(_frozenTail, block, tailBytes);
        uint computed = Crc32C.Compute(_frozenTail.AsSpan(0, tailBytes));
        if (computed != checkpoint.TailChecksum)
        {
            string path = $"{_directory}/{PayloadDeviceFormat.SegmentName((int)(_frozenEnd / _segmentBytes))}";
            throw new CorruptDataException(path, (long)block * BlockBytes, "crc32c of the last block", checkpoint.TailChecksum, computed);
        }

        // What follows the end in this block was written after the checkpoint, or is torn. FASTER must find zeros there.
        _frozenTail.AsSpan(tailBytes).Clear();
        segment.Write(_frozenTail, block);
    }
}
