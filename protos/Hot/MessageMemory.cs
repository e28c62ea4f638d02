using System.Buffers;
using System.Runtime.InteropServices;

namespace VectorStore.Protocol.Hot;

/// <summary>Pooled memory behind the vectors and payloads of one message. Filled by one thread; disposed by any, any number of times.</summary>
/// <remarks>The first piece of a kind is as large as what is left of the message can need, so one piece is all that most messages take, and
/// all pieces together are a small multiple of the message, however it is made.</remarks>
internal sealed class MessageMemory : IDisposable
{
    private List<float[]>? _olderFloats;
    private List<byte[]>? _olderBytes;
    private float[]? _floats;
    private byte[]? _bytes;
    private int _floatsUsed;
    private int _bytesUsed;
    private int _disposed;

    /// <summary>Makes a run longer by so many floats, which the caller fills.</summary>
    /// <param name="run">Stays where it is if there is room behind it.</param>
    /// <param name="count">Floats to add; they are, or come from, bytes that have arrived.</param>
    /// <param name="remainingBytes">Bytes of the message that are not read yet.</param>
    public Span<float> Extend(scoped ref FloatRun run, int count, long remainingBytes)
    {
        int length = run.Count + count;
        if (length > run.Capacity)
        {
            if (run.Chunk is not null && run.Chunk == _floats && run.Start + run.Capacity == _floatsUsed && length <= _floats.Length - run.Start)
            {
                run.Capacity = length;
                _floatsUsed = run.Start + length;
            }
            else
            {
                Move(ref run, length, remainingBytes);
            }
        }

        var added = run.Chunk.AsSpan(run.Start + run.Count, count);
        run.Count = length;
        return added;
    }

    /// <summary>A copy of bytes.</summary>
    public ReadOnlyMemory<byte> Copy(in ReadOnlySequence<byte> source, long remainingBytes)
    {
        int length = (int)source.Length;
        if (_bytes is null || _bytes.Length - _bytesUsed < length)
        {
            if (_bytes is not null)
                (_olderBytes ??= []).Add(_bytes);

            _bytes = ArrayPool<byte>.Shared.Rent((int)Math.Max(length, remainingBytes));
            _bytesUsed = 0;
        }

        var copy = _bytes.AsMemory(_bytesUsed, length);
        source.CopyTo(copy.Span);
        _bytesUsed += length;
        return copy;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;

        if (_floats is not null)
            ArrayPool<float>.Shared.Return(_floats);
        if (_bytes is not null)
            ArrayPool<byte>.Shared.Return(_bytes);

        foreach (float[] chunk in CollectionsMarshal.AsSpan(_olderFloats))
            ArrayPool<float>.Shared.Return(chunk);
        foreach (byte[] chunk in CollectionsMarshal.AsSpan(_olderBytes))
            ArrayPool<byte>.Shared.Return(chunk);

        (_floats, _bytes, _olderFloats, _olderBytes) = (null, null, null, null);
    }

    private void Move(ref FloatRun run, int length, long remainingBytes)
    {
        // A run that moves gets room to grow, so that many small additions do not copy it again and again.
        int capacity = run.Count == 0 ? length : (int)Math.Max(length, Math.Min(2L * run.Count, Array.MaxLength));
        if (_floats is null || _floats.Length - _floatsUsed < capacity)
        {
            if (_floats is not null)
                (_olderFloats ??= []).Add(_floats);

            _floats = ArrayPool<float>.Shared.Rent((int)Math.Max(capacity, remainingBytes / sizeof(float)));
            _floatsUsed = 0;
        }

        run.Values.CopyTo(_floats.AsSpan(_floatsUsed));
        run.Chunk = _floats;
        run.Start = _floatsUsed;
        run.Capacity = capacity;
        _floatsUsed += capacity;
    }
}
