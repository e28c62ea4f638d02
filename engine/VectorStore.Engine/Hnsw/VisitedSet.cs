using System.Runtime.CompilerServices;
using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Hnsw;

/// <summary>The points a walk has seen: one byte per point, which holds the number of the walk that saw it last.</summary>
/// <remarks>Starting a walk is then one increment; every 255th clears the bytes. One thread.</remarks>
internal sealed class VisitedSet(long capacity) : IDisposable
{
    private readonly NativeArena _marks = new(capacity);
    private uint _limit;
    private byte _epoch;

    public long MemoryBytes => _marks.CommittedBytes;

    /// <summary>The bytes, for walks that mark points by address; those of points below the limit.</summary>
    public NativeArena Marks => _marks;

    /// <summary>What marks a point as seen by this walk.</summary>
    public byte Epoch => _epoch;

    /// <summary>Forgets all points, and takes in those below <paramref name="limit"/>.</summary>
    public void Begin(uint limit)
    {
        _marks.EnsureCommitted(limit);
        _limit = Math.Max(_limit, limit);
        if (++_epoch != 0)
            return;

        for (uint start = 0; start < _limit; start += int.MaxValue)
            _marks.Slice<byte>(start, (int)Math.Min(_limit - start, int.MaxValue)).Clear();

        _epoch = 1;
    }

    /// <summary>Whether this walk sees the point for the first time. Points beyond the limit, which joined the graph after the walk began, are never new.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdd(uint point)
    {
        if (point >= _limit)
            return false;

        ref byte mark = ref _marks.At<byte>(point);
        if (mark == _epoch)
            return false;

        mark = _epoch;
        return true;
    }

    public void Dispose() => _marks.Dispose();
}
