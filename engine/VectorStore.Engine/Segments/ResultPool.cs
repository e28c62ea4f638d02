using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Segments;

/// <summary>The best few of all points offered to it, from any number of sources. Reused from search to search; one thread.</summary>
/// <remarks>
/// A max-heap of 64-bit keys: distance, then the offset inverted, so that of equally distant points the newer (higher offset) is the better one, as
/// in the graph. The order is total: what is kept does not depend on the order of the offers.
/// </remarks>
internal sealed class ResultPool
{
    private ulong[] _keys = [];
    private ScoredOffset[] _sorted = [];
    private int _count;

    /// <summary>How many are wanted.</summary>
    public int Wanted { get; private set; }

    /// <summary>How many there are.</summary>
    public int Count => _count;

    /// <summary>Only what is closer, or as close, can still be kept: the farthest of a full pool, infinite before.</summary>
    public float Bound => _count < Wanted || _count == 0 ? float.PositiveInfinity : DistanceOrder.FromKey((uint)(_keys[0] >> 32));

    /// <summary>Empties the pool for a search that wants the best <paramref name="wanted"/>.</summary>
    public void Reset(int wanted)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(wanted);
        if (_keys.Length < wanted)
            _keys = new ulong[wanted];

        Wanted = wanted;
        _count = 0;
    }

    /// <summary>Keeps the point if it is among the best so far. A point is offered once.</summary>
    public void Offer(PointOffset offset, float distance)
    {
        ulong key = ((ulong)DistanceOrder.ToKey(distance) << 32) | ~offset.Value;
        if (_count < Wanted)
        {
            SiftUp(_count++, key);
        }
        else if (_count > 0 && key < _keys[0])
        {
            SiftDown(key);
        }
    }

    /// <summary>The best, closest first. Valid until the next <see cref="Reset"/>, which must come before further offers.</summary>
    public ReadOnlySpan<ScoredOffset> Finish()
    {
        if (_sorted.Length < _count)
            _sorted = new ScoredOffset[_keys.Length];

        var keys = _keys.AsSpan(0, _count);
        keys.Sort();
        for (int i = 0; i < keys.Length; i++)
            _sorted[i] = new ScoredOffset(new PointOffset(~(uint)keys[i]), DistanceOrder.FromKey((uint)(keys[i] >> 32)));

        return _sorted.AsSpan(0, _count);
    }

    private void SiftUp(int hole, ulong key)
    {
        while (hole > 0)
        {
            int parent = (hole - 1) / 2;
            if (_keys[parent] >= key)
                break;

            _keys[hole] = _keys[parent];
            hole = parent;
        }

        _keys[hole] = key;
    }

    private void SiftDown(ulong key)
    {
        int hole = 0;
        for (int child = 1; child < _count; child = (2 * hole) + 1)
        {
            if (child + 1 < _count && _keys[child + 1] > _keys[child])
                child++;
            if (_keys[child] <= key)
                break;

            _keys[hole] = _keys[child];
            hole = child;
        }

        _keys[hole] = key;
    }
}
