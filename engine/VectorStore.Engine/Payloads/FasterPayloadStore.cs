using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using FASTER.core;
using VectorStore.Engine.Storage;
using FasterSession = FASTER.core.ClientSession<
    VectorStore.Engine.Payloads.FasterKey,
    FASTER.core.SpanByte,
    FASTER.core.SpanByte,
    System.Buffers.ArrayBufferWriter<byte>,
    FASTER.core.Empty,
    FASTER.core.IFunctions<VectorStore.Engine.Payloads.FasterKey, FASTER.core.SpanByte, FASTER.core.SpanByte, System.Buffers.ArrayBufferWriter<byte>, FASTER.core.Empty>>;

namespace VectorStore.Engine.Payloads;

/// <summary>Payloads in a FASTER hybrid log, which may be larger than memory. See docs/decisions/0003 and docs/format/payload-device.md.</summary>
/// <remarks>
/// FASTER reports failures late or never, so it is not asked: everything it does on disk goes through <see cref="GuardedDevice"/>, and the latch of that
/// device is looked at before each call and again before its answer is given.
/// </remarks>
internal sealed partial class FasterPayloadStore : IPayloadStore
{
    /// <summary>The most bytes of a value in one record: four records with their headers fill a page.</summary>
    internal const int PartBytesMax = (64 * 1024) - 128;

    // FASTER's record header, our key, FASTER's length; and ours in the first part: the length of the whole value.
    private const int RecordOverheadBytes = 8 + 32 + sizeof(int);
    private const int RecordAlignment = 8;
    private const int ValueLengthBytes = sizeof(int);

    private readonly IFileSystem _fileSystem;
    private readonly string _directory;
    private readonly FasterSizing _sizing;
    private readonly FailureLatch _latch;
    private readonly GuardedDevice _device;
    private readonly FasterCheckpointManager _checkpoints;
    private readonly FasterKV<FasterKey, SpanByte> _faster;
    private readonly ConcurrentBag<FasterReader> _readers = [];

    // Used by the applier alone, like everything below it.
    private readonly FasterSession _writer;
    private readonly byte[] _recordBuffer = GC.AllocateUninitializedArray<byte>(ValueLengthBytes + PartBytesMax, pinned: true);

    // Checkpoints whose files are there, oldest first.
    private readonly List<string> _tokens = [];
    private long _liveBytes;

    private int _callsInside;
    private volatile bool _disposed;
    private bool _isAbandoned;

    private FasterPayloadStore(IFileSystem fileSystem, string directory, FasterSizing sizing, GuardedDevice device, FailureLatch latch, PayloadCheckpointFile? checkpoint)
    {
        _fileSystem = fileSystem;
        _directory = directory;
        _sizing = sizing;
        _latch = latch;
        _device = device;
        _checkpoints = new FasterCheckpointManager();
        _faster = Open(sizing, device, _checkpoints);
        if (checkpoint is not null)
            Recover(checkpoint);
        _writer = _faster.NewSession(new FasterFunctions());
    }

    public long MemoryBytes =>
        ((_faster.IndexSize + _faster.OverflowBucketCount) * FasterSizing.BucketBytes) + _faster.Log.MemorySizeBytes + _device.MemoryBytes + _recordBuffer.Length;

    public long LogBytes => _faster.Log.TailAddress - _faster.Log.BeginAddress;

    public long LiveBytes => Interlocked.Read(ref _liveBytes);

    /// <summary>An empty store in an empty directory.</summary>
    public static FasterPayloadStore Create(IFileSystem fileSystem, string directory, FasterSizing sizing, FailureLatch latch) =>
        new(fileSystem, directory, sizing, new GuardedDevice(fileSystem, directory, sizing.SegmentBytes, latch), latch, checkpoint: null);

    /// <summary>The state of a checkpoint, on a device that has verified it.</summary>
    public static FasterPayloadStore Recover(IFileSystem fileSystem, string directory, FasterSizing sizing, GuardedDevice device, FailureLatch latch, PayloadCheckpointFile checkpoint) =>
        new(fileSystem, directory, sizing, device, latch, checkpoint);

    public void Put(in PayloadKey key, ReadOnlySpan<byte> json)
    {
        using var call = Enter();
        int parts = PartsOf(json.Length);

        // The first part goes last: whoever finds it finds the others.
        for (int part = parts - 1; part >= 0; part--)
        {
            var bytes = json[(part * PartBytesMax)..Math.Min(json.Length, (part + 1) * PartBytesMax)];
            int header = part == 0 ? ValueLengthBytes : 0;
            if (part == 0)
                BinaryPrimitives.WriteInt32LittleEndian(_recordBuffer, json.Length);
            bytes.CopyTo(_recordBuffer.AsSpan(header));

            var fasterKey = new FasterKey(key, part);
            var value = SpanByte.FromPinnedMemory(_recordBuffer.AsMemory(0, header + bytes.Length));
            var status = _writer.Upsert(ref fasterKey, ref value);
            if (status.IsPending)
                _writer.CompletePending(wait: true);
            _latch.ThrowIfSet();
        }

        Interlocked.Add(ref _liveBytes, RecordBytes(json.Length));
    }

    public void Remove(in PayloadKey key)
    {
        using var call = Enter();
        int? length = ReadLength(key);
        if (length is null)
            return;

        for (int part = 0; part < PartsOf(length.Value); part++)
        {
            var fasterKey = new FasterKey(key, part);
            if (_writer.Delete(ref fasterKey).IsPending)
                _writer.CompletePending(wait: true);
            _latch.ThrowIfSet();
        }

        Interlocked.Add(ref _liveBytes, -RecordBytes(length.Value));
    }

    public bool TryGet(in PayloadKey key, IBufferWriter<byte> destination)
    {
        using var call = Enter();
        var reader = RentReader();
        bool found = TryGather(reader, key);
        if (found)
            destination.Write(reader.Whole.WrittenSpan);

        // A reader that met an exception is not given back.
        reader.Reset();
        _readers.Add(reader);
        return found;
    }

    public void Dispose()
    {
        if (_disposed)
            return;

        _disposed = true;

        // Reads that are inside hold pointers into FASTER's pages. They are short: no call waits for anything but the disk.
        var spinner = default(SpinWait);
        while (Volatile.Read(ref _callsInside) > 0)
            spinner.SpinOnce();

        // A checkpoint that never ended still runs on its thread: what it works on is left to it.
        if (_isAbandoned)
            return;

        foreach (var reader in _readers)
            reader.Dispose();
        _writer.Dispose();
        _faster.Dispose();
        _checkpoints.Dispose();
        _device.Dispose();
    }

    private static FasterKV<FasterKey, SpanByte> Open(FasterSizing sizing, GuardedDevice device, FasterCheckpointManager checkpoints) =>
        new(
            sizing.IndexBytes / FasterSizing.BucketBytes,
            new LogSettings
            {
                LogDevice = device,
                PageSizeBits = BitsOf(sizing.PageBytes),
                MemorySizeBits = BitsOf(sizing.MemoryBytes),
                SegmentSizeBits = BitsOf(sizing.SegmentBytes),
                MutableFraction = 0.5,
                PreallocateLog = false,
                ReadCopyOptions = ReadCopyOptions.None,
            },
            new CheckpointSettings { CheckpointManager = checkpoints, RemoveOutdated = false },
            comparer: new FasterKeyComparer(sizing.HashSeed),
            variableLengthStructSettings: new VariableLengthStructSettings<FasterKey, SpanByte> { valueLength = default(SpanByteVarLenStruct) },

            // One writer, and a key always has the same value: there is nothing to lock records for.
            concurrencyControlMode: ConcurrencyControlMode.None);

    private static int BitsOf(long powerOfTwo) => System.Numerics.BitOperations.Log2((ulong)powerOfTwo);

    private static int PartsOf(int valueBytes) => Math.Max(1, (valueBytes + PartBytesMax - 1) / PartBytesMax);

    private static long RecordBytes(int valueBytes)
    {
        long bytes = ((long)PartsOf(valueBytes) * RecordOverheadBytes) + ValueLengthBytes + valueBytes;
        return (bytes + RecordAlignment - 1) / RecordAlignment * RecordAlignment;
    }

    /// <summary>Brings the parts of a value together; false where there is no such value.</summary>
    private bool TryGather(FasterReader reader, in PayloadKey key)
    {
        if (!TryReadFirst(reader, key, out int length))
            return false;

        reader.Whole.Write(reader.Part[ValueLengthBytes..]);
        for (int part = 1; part < PartsOf(length); part++)
        {
            if (!reader.TryRead(key, part))
            {
                // Removed meanwhile, first part first, or lost.
                _latch.ThrowIfSet();
                if (!TryReadFirst(reader, key, out _))
                    return false;

                throw Lost(key, $"part {part} is missing");
            }

            reader.Whole.Write(reader.Part);
        }

        if (reader.Whole.WrittenCount != length)
            throw Lost(key, $"expected {length} bytes, found {reader.Whole.WrittenCount}");

        return true;
    }

    private bool TryReadFirst(FasterReader reader, in PayloadKey key, out int length)
    {
        length = 0;
        if (!reader.TryRead(key, part: 0))
        {
            // What FASTER could not read it calls not found.
            _latch.ThrowIfSet();
            return false;
        }

        if (reader.Part.Length < ValueLengthBytes)
            throw Lost(key, $"its first part has {reader.Part.Length} bytes");
        length = BinaryPrimitives.ReadInt32LittleEndian(reader.Part);
        return length is >= 0 and <= Payload.BytesMax ? true : throw Lost(key, $"its length is {length} bytes");
    }

    private int? ReadLength(in PayloadKey key)
    {
        var reader = RentReader();
        bool found = TryReadFirst(reader, key, out int length);
        _readers.Add(reader);
        return found ? length : null;
    }

    private CorruptDataException Lost(in PayloadKey key, string what)
    {
        var lost = new CorruptDataException(_directory, 0, $"the payload of point {key.Id} written at {key.Lsn} is not whole: {what}");
        _latch.Set(lost);
        return lost;
    }

    private FasterReader RentReader() => _readers.TryTake(out var reader) ? reader : new FasterReader(_faster.NewSession(new FasterFunctions()));

    /// <summary>Begins a call: counts it, so that <see cref="Dispose"/> waits for it, and refuses it where the store has stopped.</summary>
    private Call Enter()
    {
        Interlocked.Increment(ref _callsInside);
        var call = new Call(this);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _latch.ThrowIfSet();
            return call;
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    private readonly ref struct Call(FasterPayloadStore store)
    {
        public void Dispose() => Interlocked.Decrement(ref store._callsInside);
    }
}
