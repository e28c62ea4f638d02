using System.Diagnostics.CodeAnalysis;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Segments;

/// <summary>Finds the newest row of an id within one segment: an open-addressing table of row numbers, the ids themselves stay in the rows.</summary>
/// <remarks>Native memory: 5 to 6 bytes a row where their number is known at first, up to 11 where they come one by one. Not thread-safe: guarded by the collection's apply lock.</remarks>
internal sealed class OffsetIndex : IDisposable
{
    private const uint Empty = 0;
    private const int SlotsMin = 64;

    private readonly PointTable _rows;
    private NativeArena _slots;
    private long _slotCount;
    private long _used;

    public OffsetIndex(PointTable rows, long expected)
    {
        _rows = rows;
        _slotCount = Math.Max(SlotsMin, (expected * 4 / 3) + 1);
        _slots = NewSlots(_slotCount);
    }

    public long MemoryBytes => _slots.CommittedBytes;

    /// <summary>Makes <paramref name="offset"/> the newest row of its id.</summary>
    public void Set(PointOffset offset)
    {
        if ((_used + 1) * 4 > _slotCount * 3)
            Grow();

        Place(offset);
    }

    /// <summary>Takes the memory that so many more ids need, if all of them are new.</summary>
    public void MakeRoom(long more)
    {
        while ((_used + more) * 4 > _slotCount * 3)
            Grow();
    }

    public bool TryFind(PointId id, [MaybeNullWhen(false)] out PointOffset offset)
    {
        for (long slot = FirstSlot(id); ; slot = slot + 1 == _slotCount ? 0 : slot + 1)
        {
            uint stored = _slots.At<uint>(slot);
            if (stored == Empty)
            {
                offset = default;
                return false;
            }

            offset = new PointOffset(stored - 1);
            if (_rows.Row(offset).Id == id)
                return true;
        }
    }

    public void Dispose() => _slots.Dispose();

    private static NativeArena NewSlots(long count)
    {
        var slots = new NativeArena(count * sizeof(uint));
        slots.EnsureCommitted(count * sizeof(uint));
        return slots;
    }

    // Ids are often consecutive integers: mix all bits (the finaliser of MurmurHash3).
    private static ulong Hash(PointId id)
    {
        ulong hash = id.Low ^ (id.High * 0x9E3779B97F4A7C15) ^ ((ulong)id.Kind << 63);
        hash ^= hash >> 33;
        hash *= 0xFF51AFD7ED558CCD;
        hash ^= hash >> 33;
        hash *= 0xC4CEB9FE1A85EC53;
        hash ^= hash >> 33;
        return hash;
    }

    // The hash as a fraction of all hashes, times the slots: no power of two is needed.
    private long FirstSlot(PointId id) => (long)Math.BigMul(Hash(id), (ulong)_slotCount, out _);

    private void Place(PointOffset offset)
    {
        var id = _rows.Row(offset).Id;
        for (long slot = FirstSlot(id); ; slot = slot + 1 == _slotCount ? 0 : slot + 1)
        {
            ref uint stored = ref _slots.At<uint>(slot);
            if (stored == Empty)
            {
                stored = offset.Value + 1;
                _used++;
                return;
            }

            if (_rows.Row(new PointOffset(stored - 1)).Id == id)
            {
                stored = Math.Max(stored, offset.Value + 1);
                return;
            }
        }
    }

    private void Grow()
    {
        // First: where there is no memory for it, the old table stays as it is.
        var slots = NewSlots(_slotCount * 2);
        var old = _slots;
        long oldCount = _slotCount;
        _slotCount = oldCount * 2;
        _slots = slots;
        _used = 0;
        for (long slot = 0; slot < oldCount; slot++)
        {
            uint stored = old.At<uint>(slot);
            if (stored != Empty)
                Place(new PointOffset(stored - 1));
        }

        old.Dispose();
    }
}
