using System.Buffers;
using System.Collections.Concurrent;

namespace VectorStore.Engine.Payloads;

/// <summary>Keeps every value in memory and nothing on disk: after a restart it is filled again from the segments and the log.</summary>
internal sealed class InMemoryPayloadStore : IPayloadStore
{
    // What the runtime spends on one entry beside its bytes: a table node with its key, an array header, a slot in the table.
    private const int EntryOverheadBytes = 120;

    private readonly ConcurrentDictionary<PayloadKey, byte[]> _values = new();
    private long _memoryBytes;
    private volatile bool _disposed;

    public long MemoryBytes => Interlocked.Read(ref _memoryBytes);

    public long LogBytes => 0;

    public long LiveBytes => 0;

    public void Put(in PayloadKey key, ReadOnlySpan<byte> json)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        long before = _values.TryGetValue(key, out byte[]? replaced) ? replaced.Length + EntryOverheadBytes : 0;
        _values[key] = json.ToArray();
        Interlocked.Add(ref _memoryBytes, json.Length + EntryOverheadBytes - before);
    }

    public void Remove(in PayloadKey key)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_values.TryRemove(key, out byte[]? removed))
            Interlocked.Add(ref _memoryBytes, -(removed.Length + EntryOverheadBytes));
    }

    public bool TryGet(in PayloadKey key, IBufferWriter<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_values.TryGetValue(key, out byte[]? json))
            return false;

        destination.Write(json);
        return true;
    }

    public PayloadCheckpoint Checkpoint(ulong lsn) => PayloadCheckpoint.None;

    public void SyncAhead()
    {
    }

    public void Release(PayloadCheckpoint checkpoint)
    {
    }

    public void Dispose()
    {
        _disposed = true;
        _values.Clear();
    }
}
