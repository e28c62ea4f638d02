using System.Buffers;

namespace VectorStore.Protocol.Grpc;

/// <summary>A growing buffer of pooled memory, in one piece. Not thread-safe.</summary>
/// <remarks>Disposing returns the memory: nothing that was written may be used afterwards. Disposing again does nothing.</remarks>
public sealed class PooledBufferWriter : IBufferWriter<byte>, IDisposable
{
    private const int SizeMin = 256;

    private byte[] _buffer;
    private int _length;

    /// <summary>An empty buffer.</summary>
    /// <param name="capacityBytes">Bytes that fit before it grows for the first time.</param>
    public PooledBufferWriter(int capacityBytes = SizeMin) => _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(capacityBytes, SizeMin));

    /// <summary>What was written. Valid until the next write.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _length);

    /// <summary>Bytes that were written.</summary>
    public int WrittenBytes => _length;

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _length);
        _length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_length);
    }

    /// <summary>Forgets what was written and keeps the memory.</summary>
    public void Clear() => _length = 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        _length = 0;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        int free = _buffer.Length - _length;
        if (free >= Math.Max(sizeHint, 1))
            return;

        long sizeMin = (long)_length + Math.Max(sizeHint, SizeMin);
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(sizeMin, 2L * _length), Array.MaxLength));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        byte[] smaller = _buffer;
        _buffer = larger;
        if (smaller.Length > 0)
            ArrayPool<byte>.Shared.Return(smaller);
    }
}
