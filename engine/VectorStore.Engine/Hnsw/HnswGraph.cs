using System.Diagnostics;
using System.Runtime.CompilerServices;
using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Hnsw;

/// <summary>A hierarchical navigable small world graph over the points of one segment.</summary>
/// <remarks>
/// <para>Malkov and Yashunin, arXiv:1603.09320: INSERT (Algorithm 1) in HnswGraph.Building.cs, SELECT-NEIGHBORS-HEURISTIC (4) in HnswGraph.Selection.cs,
/// SEARCH-LAYER (2) and K-NN-SEARCH (5) in HnswGraph.Searching.cs, the file in HnswGraph.Files.cs. The graph knows offsets and asks a scorer for distances.</para>
/// <para>Memory: a list of neighbours is a fixed number of 32-bit slots, each 0 or a point's offset plus one; the first 0 ends the list. So zeroed memory is
/// empty lists, a point joins by one store, and every state a reader can see is a valid list. The bottom layer holds 2·M slots for every
/// offset; a point of level L has L lists of M slots beside, one after the other, in the upper arena.</para>
/// <para>Threads: one thread at a time makes room (<see cref="EnsureRoom"/>), any number insert points below that room, and any number search
/// meanwhile without a lock. What makes that right: a list is changed by the holder of its point's lock only. A new point's own
/// lists, on all its layers, are written before its offset is stored anywhere else, and its offset is stored with release order, bottom
/// layer first. A reader comes by a point only through such a store, so it finds the point's vector and lists complete, and complete
/// on every layer below the one it came by. While a list is shortened readers may see old and new neighbours mixed or one twice, which
/// costs a step at most.</para>
/// </remarks>
internal sealed partial class HnswGraph : IDisposable
{
    /// <summary>Offsets are below this, so that an offset and two flags fit 32 bits.</summary>
    public const int PointsMax = 1 << 30;

    /// <summary>The highest layer. With M ≥ 4 a billion points reach layer 15 at most.</summary>
    public const int LevelMax = 15;

    private const int SlotBytes = sizeof(uint);
    private const ulong LevelSeed = 0x5DEECE66D1CE4E5B;

    private readonly int _m;
    private readonly int _bottomSlots;
    private readonly int _efConstruction;

    // 2·M slots per offset.
    private readonly NativeArena _bottom;

    // M slots per list; the lists of a point lie together, layer 1 first.
    private readonly NativeArena _upper;

    // Per offset the index of its first upper list; meaningless for points of level 0.
    private readonly NativeArena _upperStarts;

    // Per offset one byte: 0 until the point is inserted, then its level plus one.
    private readonly NativeArena _levels;

    private readonly LinkLocks _locks = new();
    private readonly Lock _entryLock = new();

    // Level in the high half, offset plus one in the low half; 0 while the graph is empty. Written under _entryLock.
    private long _entry;

    // Both written by the thread that makes room.
    private uint _room;
    private uint _upperLists;

    /// <summary>Makes an empty graph that can take offsets below <paramref name="capacity"/>. Uses addresses, not memory.</summary>
    public HnswGraph(int m, int efConstruction, long capacity)
        : this(m, efConstruction, capacity, ExpectedUpperLists(capacity))
    {
    }

    private HnswGraph(int m, int efConstruction, long capacity, long upperListsMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(m, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(efConstruction, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, PointsMax);
        _m = m;
        _bottomSlots = 2 * m;
        _efConstruction = Math.Max(efConstruction, m);
        Capacity = capacity;
        _bottom = new NativeArena(capacity * _bottomSlots * SlotBytes);
        _upper = new NativeArena(upperListsMax * m * SlotBytes);
        _upperStarts = new NativeArena(capacity * sizeof(uint));
        _levels = new NativeArena(capacity);
    }

    public long Capacity { get; }

    /// <summary>Offsets below this may be inserted.</summary>
    public uint Room => Volatile.Read(ref _room);

    public long MemoryBytes => _bottom.CommittedBytes + _upper.CommittedBytes + _upperStarts.CommittedBytes + _levels.CommittedBytes;

    /// <summary>What a search or an insertion needs; see <see cref="HnswScratch"/>.</summary>
    public HnswScratch CreateScratch() => new(_m, Capacity);

    /// <summary>Lets offsets below <paramref name="count"/> be inserted. One thread at a time.</summary>
    public void EnsureRoom(uint count)
    {
        if (count <= _room)
            return;

        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);
        _bottom.EnsureCommitted((long)count * _bottomSlots * SlotBytes);
        _upperStarts.EnsureCommitted((long)count * sizeof(uint));
        _levels.EnsureCommitted(count);

        uint lists = _upperLists;
        for (uint point = _room; point < count; point++)
        {
            _upperStarts.At<uint>(point) = lists;
            lists += (uint)LevelFor(point);
        }

        _upper.EnsureCommitted((long)lists * _m * SlotBytes);
        _upperLists = lists;
        Volatile.Write(ref _room, count);
    }

    public void Dispose()
    {
        _bottom.Dispose();
        _upper.Dispose();
        _upperStarts.Dispose();
        _levels.Dispose();
    }

    /// <summary>The level a point gets: at least L with probability M^−L, from a fixed hash of its offset, so that a graph can be built again the same.</summary>
    /// <remarks>The paper's ⌊−ln(u) / ln(M)⌋, in whole numbers because logarithms differ between machines in the last bit.</remarks>
    private int LevelFor(uint point)
    {
        ulong hash = Mix(point + LevelSeed);
        ulong bound = ulong.MaxValue / (uint)_m;
        int level = 0;
        while (hash < bound && level < LevelMax)
        {
            level++;
            bound /= (uint)_m;
        }

        return level;
    }

    /// <summary>The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).</summary>
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>Upper lists that <paramref name="capacity"/> points can want: one third of them with M = 4, so one each is never reached. Addresses only.</summary>
    private static long ExpectedUpperLists(long capacity) => capacity + (LevelMax * 64);

    private static long PackEntry(uint point, int level) => ((long)level << 32) | (point + 1);

    private static uint PointOfEntry(long entry) => (uint)entry - 1;

    private static int LevelOfEntry(long entry) => entry == 0 ? -1 : (int)(entry >> 32);

    /// <summary>All slots of a list, the used ones first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<uint> Slots(uint point, int layer)
    {
        if (layer == 0)
            return _bottom.Slice<uint>((long)point * _bottomSlots * SlotBytes, _bottomSlots);

        Debug.Assert(layer < _levels.At<byte>(point), "the point does not reach this layer");
        return _upper.Slice<uint>((long)(_upperStarts.At<uint>(point) + (uint)layer - 1) * _m * SlotBytes, _m);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PrefetchBottomSlots(uint point) => _bottom.Prefetch((long)point * _bottomSlots * SlotBytes, _bottomSlots * SlotBytes);
}
