using System.Diagnostics;
using System.Runtime.CompilerServices;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Segments;

/// <summary>The rows of a segment: who each point version is, and from which log position on it is deleted.</summary>
/// <remarks>
/// One thread at a time appends and deletes (under the collection's apply lock). Others read rows below a count that was published to them, and
/// deletion marks at any time: a mark goes once from 0 to a log position, as one aligned 8-byte store. A segment that is sealed hands its table on
/// to the segment that takes its place, so that no mark is lost between the two.
/// </remarks>
internal sealed class PointTable : CountedOwners
{
    private readonly NativeArena _rows;

    // A mark for each row. Takes no memory until the first row is deleted; from then on there are as many marks as rows.
    private readonly NativeArena _deleted;
    private readonly OffsetIndex _index;
    private uint _deadCount;

    public PointTable(long capacity)
    {
        _rows = new NativeArena(capacity * PointRow.MemoryBytes);
        _deleted = new NativeArena(capacity * sizeof(ulong));
        _index = new OffsetIndex(this, 0);
    }

    /// <summary>Takes over rows read from a sealed file.</summary>
    private PointTable(NativeArena rows, uint count)
    {
        _rows = rows;
        _deleted = new NativeArena(count * (long)sizeof(ulong));
        Count = count;
        _index = new OffsetIndex(this, count);
        for (uint row = 0; row < count; row++)
            _index.Set(new PointOffset(row));
    }

    /// <summary>Rows appended so far, dead ones included.</summary>
    public uint Count { get; private set; }

    /// <summary>Rows with a deletion mark. Whoever sees more than 0 finds marks for all rows that were there.</summary>
    public uint DeadCount
    {
        get => Volatile.Read(ref _deadCount);
        private set => Volatile.Write(ref _deadCount, value);
    }

    public long MemoryBytes => _rows.CommittedBytes + _deleted.CommittedBytes + _index.MemoryBytes;

    public static PointTable FromRows(NativeArena rows, uint count) => new(rows, count);

    public PointOffset Append(in PointRow row)
    {
        var offset = new PointOffset(Count);
        _rows.EnsureCommitted((Count + 1L) * PointRow.MemoryBytes);
        if (DeadCount > 0)
            _deleted.EnsureCommitted((Count + 1L) * sizeof(ulong));

        _rows.At<PointRow>(Count) = row;
        Count++;
        _index.Set(offset);
        return offset;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly PointRow Row(PointOffset offset) => ref _rows.At<PointRow>(offset.Value);

    /// <summary>The newest row of an id, alive or dead.</summary>
    public bool TryFindNewest(PointId id, out PointOffset offset) => _index.TryFind(id, out offset);

    /// <summary>0 while the row is alive, else the log position from which on it is not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong DeletedAt(PointOffset offset) => _deleted.CommittedBytes == 0 ? 0 : Volatile.Read(ref _deleted.At<ulong>(offset.Value));

    public bool IsVisible(PointOffset offset, ulong lsn)
    {
        ulong deletedAt = DeletedAt(offset);
        return deletedAt == 0 || deletedAt > lsn;
    }

    public void MarkDeleted(PointOffset offset, ulong lsn)
    {
        _deleted.EnsureCommitted(Count * (long)sizeof(ulong));
        Volatile.Write(ref _deleted.At<ulong>(offset.Value), lsn);
        DeadCount++;
    }

    /// <summary>The rows visible at a log position. Only where a row was deleted: else all of them are.</summary>
    public VisibleFilter VisibleAt(ulong lsn)
    {
        Debug.Assert(DeadCount > 0, "there are no marks to look at");
        return new VisibleFilter(_deleted, lsn);
    }

    protected override void Free()
    {
        _index.Dispose();
        _deleted.Dispose();
        _rows.Dispose();
    }
}
