using System.Diagnostics;
using System.Runtime.CompilerServices;
using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Hnsw;

/// <summary>The beam of a search: the closest points seen so far in one sorted array, accepted and rejected ones together.</summary>
/// <remarks>
/// <para>An entry is one 64-bit key, so that one comparison decides: distance (32 bits, ordered), then the point with its bits inverted (30), then two flags.
/// Of equally distant points the newer (higher offset) comes first; that order is total, so searches repeat exactly, and among many equal
/// vectors the walk is drawn along instead of standing still.</para>
/// <para>This takes the place of the two heaps C and W of Malkov and Yashunin, Algorithm 2: W is the accepted entries, C the unexpanded ones. An entry
/// farther than the last of <see cref="_acceptedMax"/> accepted ones can be neither an answer nor worth expanding, so it is dropped.
/// Rejected points are kept while they are close enough to be worth walking through, up to the capacity.</para>
/// </remarks>
internal sealed class CandidatePool
{
    private const int PointShift = 2;
    private const uint PointMask = HnswGraph.PointsMax - 1;
    private const ulong AcceptedBit = 2;
    private const ulong ExpandedBit = 1;

    private ulong[] _keys = [];
    private int _capacity;
    private int _acceptedMax;
    private int _count;
    private int _accepted;
    private int _cursor;
    private ulong _bound;

    // Twins are points exactly as far from the query as the query from itself: its duplicates.
    private uint _twinDistance;
    private int _twinsMax;
    private int _twins;

    /// <summary>Entries, best first.</summary>
    public ReadOnlySpan<ulong> Keys => _keys.AsSpan(0, _count);

    public int Count => _count;

    /// <summary>Accepted entries; never more than the beam is wide.</summary>
    public int AcceptedCount => _accepted;

    /// <summary>Empties the pool for a beam that wants <paramref name="acceptedMax"/> accepted points and holds <paramref name="capacity"/> points at most.</summary>
    public void Reset(int acceptedMax, int capacity)
    {
        Debug.Assert(acceptedMax >= 1 && capacity >= acceptedMax, "a beam holds at least the answers");
        if (_keys.Length <= capacity)
            _keys = new ulong[capacity + 1];

        _capacity = capacity;
        _acceptedMax = acceptedMax;
        _count = 0;
        _accepted = 0;
        _cursor = 0;
        _bound = ulong.MaxValue;
        _twinsMax = int.MaxValue;
        _twins = 0;
    }

    /// <summary>Keeps at most the newest <paramref name="max"/> entries at exactly this distance, so that a crowd of duplicates cannot fill the beam.</summary>
    public void LimitTwins(float distance, int max)
    {
        _twinDistance = DistanceOrder.ToKey(distance);
        _twinsMax = max;
    }

    /// <summary>The key of an unexpanded, not yet accepted entry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong KeyOf(uint point, float distance) => ((ulong)DistanceOrder.ToKey(distance) << 32) | ((PointMask - point) << PointShift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint PointOf(ulong key) => PointMask - ((uint)key >> PointShift);

    public static float DistanceOf(ulong key) => DistanceOrder.FromKey((uint)(key >> 32));

    public static bool IsAccepted(ulong key) => (key & AcceptedBit) != 0;

    /// <summary>Whether an entry of this key would be kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Wants(ulong key) => key < _bound;

    /// <summary>Adds an entry that <see cref="Wants"/> said yes to and that is not in the pool.</summary>
    public void Add(ulong key, bool accepted)
    {
        var keys = _keys;
        int position = LowerBound(keys, _count, key);
        keys.AsSpan(position, _count - position).CopyTo(keys.AsSpan(position + 1));
        keys[position] = accepted ? key | AcceptedBit : key;
        _count++;
        if (accepted)
            _accepted++;
        if (position < _cursor)
            _cursor = position;
        if (_twinsMax != int.MaxValue)
            DropOldestTwin(key);

        Trim();
    }

    /// <summary>The closest entry that was not expanded yet, now marked as expanded.</summary>
    public bool TryExpand(out uint point)
    {
        var keys = _keys;
        for (int i = _cursor; i < _count; i++)
        {
            ulong key = keys[i];
            if ((key & ExpandedBit) == 0)
            {
                keys[i] = key | ExpandedBit;
                _cursor = i + 1;
                point = PointOf(key);
                return true;
            }
        }

        _cursor = _count;
        point = 0;
        return false;
    }

    /// <summary>The entry that will be expanded next unless a closer one is found first.</summary>
    public bool TryPeek(out uint point)
    {
        for (int i = _cursor; i < _count; i++)
        {
            if ((_keys[i] & ExpandedBit) == 0)
            {
                point = PointOf(_keys[i]);
                return true;
            }
        }

        point = 0;
        return false;
    }

    /// <summary>Makes all entries unexpanded again, for the walk on the next layer.</summary>
    public void RestartExpansion()
    {
        for (int i = 0; i < _count; i++)
            _keys[i] &= ~ExpandedBit;

        _cursor = 0;
    }

    /// <summary>Copies the best accepted entries, closest first; returns how many there were.</summary>
    public int CopyAccepted(Span<ScoredOffset> results)
    {
        int copied = 0;
        for (int i = 0; i < _count && copied < results.Length; i++)
        {
            if (IsAccepted(_keys[i]))
                results[copied++] = new ScoredOffset(new PointOffset(PointOf(_keys[i])), DistanceOf(_keys[i]));
        }

        return copied;
    }

    private static int LowerBound(ulong[] keys, int count, ulong key)
    {
        int low = 0;
        int high = count;
        while (low < high)
        {
            int middle = (int)((uint)(low + high) >> 1);
            if (keys[middle] < key)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private void Trim()
    {
        while (_accepted > _acceptedMax || _count > _capacity)
            DropLast();

        // Rejected entries behind the last accepted one of a full beam are no use.
        if (_accepted == _acceptedMax)
        {
            while (!IsAccepted(_keys[_count - 1]))
                DropLast();
        }

        _bound = _accepted == _acceptedMax || _count == _capacity ? _keys[_count - 1] : ulong.MaxValue;
    }

    private void DropLast()
    {
        _count--;
        if (IsAccepted(_keys[_count]))
            _accepted--;
        if ((uint)(_keys[_count] >> 32) == _twinDistance)
            _twins--;
    }

    private void DropOldestTwin(ulong added)
    {
        if ((uint)(added >> 32) != _twinDistance || ++_twins <= _twinsMax)
            return;

        int oldest = LowerBound(_keys, _count, ((ulong)_twinDistance + 1) << 32) - 1;
        if (IsAccepted(_keys[oldest]))
            _accepted--;
        _keys.AsSpan(oldest + 1, _count - oldest - 1).CopyTo(_keys.AsSpan(oldest));
        _count--;
        _twins--;
        if (oldest < _cursor)
            _cursor--;
    }
}
