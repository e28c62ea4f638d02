using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace VectorStore.Engine.Wal;

/// <content>The writer thread: batches, syncs, watermarks. Its fields are its own unless they are read with Volatile elsewhere.</content>
internal sealed partial class WriteAheadLog
{
    private readonly List<WalAppend> _batch = [];
    private readonly List<WalRecord> _records = [];
    private byte[] _buffer = [];

    private ulong _nextLsn;
    private uint _previousCrc;
    private ulong _lastDataLsn;

    // The highest LSN that a synced record or header on disk states to be durable.
    private ulong _coveredLsn;

    // Invariant: covered ≤ durable < next. With Durability.Fsync durable is next − 1 between two batches.
    private ulong _durableLsn;
    private ulong _lastAppliedLsn;

    // What the records written last say of durableLsn; believed once they are synced.
    private ulong _statedLsn;
    private bool _syncTimerRuns;

    // When the log last said what time it is, in milliseconds since 1970; null: not in this file yet.
    private long? _clock;

    private bool HasUnsynced => _durableLsn != _nextLsn - 1;

    private void Run()
    {
        try
        {
            while (true)
            {
                switch (WaitForWork())
                {
                    case WalWork.Sync:
                        Sync();
                        AnswerSyncs();
                        break;
                    case WalWork.Truncate:
                        Truncate(NextTruncation());
                        break;
                    case WalWork.Append:
                        AppendBatch();
                        break;
                    case WalWork.Watermark:
                        WriteWatermark();
                        break;
                    case WalWork.Close:
                        Sync();
                        WriteWatermark();
                        return;
                    default:
                        throw new UnreachableException();
                }
            }
        }
        catch (Exception exception)
        {
            Latch(exception);
        }
    }

    private void AppendBatch()
    {
        _settled = null;
        int firstBytes = NextRecordBytes();
        if (firstBytes == 0)
            return;

        if (firstBytes > RoomBytes - ClockBytes && !TryRotate(firstBytes + ClockBytes, out var full))
        {
            RefuseWaiting(full);
            return;
        }

        TakeBatch(RoomBytes - ClockBytes);
        if (_batch.Count == 0)
            return;

        if (!TryMakeRoom())
            return;

        WriteBatch();
        if (_options.Durability == Durability.Fsync)
            Sync();

        ulong last = _nextLsn - 1;
        _consumer.Apply(CollectionsMarshal.AsSpan(_records));
        Volatile.Write(ref _lastAppliedLsn, last);

        // Before the answers, so that whoever has one may rely on the timers running.
        WatchIdleness();
        WatchUnsynced();
        foreach (var append in _batch)
            append.SetResult(append.Lsn);

        _batch.Clear();
        _records.Clear();
    }

    /// <summary>Takes all memory that the batch needs, to be written and applied. Where there is none, nobody has lost anything yet: the batch is refused, and the log is well.</summary>
    private bool TryMakeRoom()
    {
        try
        {
            int bytes = ClockBytes;
            foreach (var append in _batch)
                bytes += append.RecordBytes;

            EnsureBuffer(bytes);
            _records.EnsureCapacity(_batch.Count);
            _consumer.MakeRoom(_batch);
            return true;
        }
        catch (Exception problem) when (problem is MemoryExhaustedException or OutOfMemoryException)
        {
            _consumer.Abandon();
            var refusal = AsRefusal(problem);
            foreach (var append in _batch)
                append.SetException(refusal);

            _batch.Clear();
            WatchIdleness();
            return false;
        }
    }

    private static MemoryExhaustedException AsRefusal(Exception problem) =>
        problem as MemoryExhaustedException ?? new MemoryExhaustedException("the write was refused, and nothing of it was stored", (OutOfMemoryException)problem);

    private void WriteBatch()
    {
        int position = 0;
        if (_options.Archive is not null)
            AddClockIfDue(ref position);

        foreach (var append in _batch)
        {
            append.Lsn = _nextLsn;
            _lastDataLsn = _nextLsn;
            AddRecord(ref position, append.Kind, append.Body.Span);
            _records.Add(new WalRecord(append.Lsn, append.Kind, append.Body, append.State));
        }

        WriteBuffer(position);
    }

    /// <summary>States on disk how far the log is durable, once no data record will do it any more. Costs one sync.</summary>
    private void WriteWatermark()
    {
        Sync();
        if (_lastDataLsn <= _coveredLsn)
            return;

        EnsureBuffer(WatermarkBytes);
        int position = 0;
        AddRecord(ref position, WalFormat.WatermarkKind, []);
        WriteBuffer(position);
        Sync();
        Volatile.Write(ref _lastAppliedLsn, _nextLsn - 1);
    }

    /// <summary>Says what time it is where the last word of it is too old, or there is none in this file.</summary>
    private void AddClockIfDue(ref int position)
    {
        long now = _options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        if (_clock is { } last && now >= last && now - last < _options.ClockInterval.TotalMilliseconds)
            return;

        _clock = now;
        Span<byte> body = stackalloc byte[WalFormat.ClockBodyBytes];
        BinaryPrimitives.WriteInt64LittleEndian(body, now);
        AddRecord(ref position, WalFormat.ClockKind, body);
    }

    private void AddRecord(ref int position, ushort kind, ReadOnlySpan<byte> body)
    {
        _previousCrc = WalRecordHeader.WriteRecord(_buffer.AsSpan(position), _seed, _nextLsn, _durableLsn, kind, _previousCrc, body);
        _nextLsn++;
        position += WalFormat.RecordBytes(body.Length);
    }

    private void WriteBuffer(int bytes)
    {
        if (bytes > FreeBytes)
            throw new UnreachableException($"{bytes} bytes do not fit the {FreeBytes} left of {_files[^1].Path}");

        _statedLsn = _durableLsn;
        _file.Write(_buffer.AsSpan(0, bytes), _files[^1].UsedBytes);
        _files[^1].UsedBytes += bytes;
        CountBytes();
    }

    /// <summary>Makes everything written durable; does nothing where it is.</summary>
    private void Sync()
    {
        if (!HasUnsynced)
            return;

        _file.SyncData();
        _coveredLsn = Math.Max(_coveredLsn, _statedLsn);
        Volatile.Write(ref _durableLsn, _nextLsn - 1);
        _syncTimerRuns = false;
        Debug.Assert(_coveredLsn <= _durableLsn && _durableLsn < _nextLsn, "log positions out of order");
    }

    /// <summary>Starts the quiet time anew.</summary>
    private void WatchIdleness()
    {
        if (_options.WatchesIdleness && _lastDataLsn > _coveredLsn)
            _idleTimer.Change(_options.IdleWatermark, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Starts the sync interval with the first record it has to cover.</summary>
    private void WatchUnsynced()
    {
        if (!HasUnsynced || _syncTimerRuns)
            return;

        _syncTimerRuns = true;
        _syncTimer.Change(_options.SyncInterval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Keeps a buffer for the usual batch; one that a giant record needed is given back with the next batch.</summary>
    private void EnsureBuffer(int bytes)
    {
        int usualMax = _options.BatchBytesMax;
        if (bytes > usualMax)
            _buffer = GC.AllocateUninitializedArray<byte>(bytes);
        else if (bytes > _buffer.Length || _buffer.Length > usualMax)
            _buffer = GC.AllocateUninitializedArray<byte>(Math.Min((int)BitOperations.RoundUpToPowerOf2((uint)bytes), usualMax));
    }
}
