using System.Runtime.CompilerServices;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Segments;

/// <summary>The rows of a segment: who each point version is, and from which log position on it is deleted.</summary>
/// <remarks>
/// One thread at a time appends and deletes (under the collection's apply lock). Others read rows below a count that was published to them, and
/// deletion marks at any time: a mark goes once from 0 to a log position, as one aligned 8-byte store.
/// </remarks>
internal sealed class PointTable : IDisposable
{
    private readonly NativeArena _rows;
    private readonly NativeArena _deleted;
    private readonly OffsetIndex _index;

    public PointTable(long capacity)
    {
        _rows = new NativeArena(capacity * PointRow.Bytes);
        _deleted = new NativeArena(capacity * sizeof(ulong));
        _index = new OffsetIndex(this, 0);
    }

    /// <summary>Takes over rows read from a sealed file.</summary>
    private PointTable(NativeArena rows, uint count)
    {
        _rows = rows;
        _deleted = new NativeArena(count * (long)sizeof(ulong));
        _deleted.EnsureCommitted(count * (long)sizeof(ulong));
        Count = count;
        _index = new OffsetIndex(this, count);
        for (uint row = 0; row < count; row++)
            _index.Set(new PointOffset(row));
    }

    /// <summary>Rows appended so far, dead ones included.</summary>
    public uint Count { get; private set; }

    /// <summary>Rows with a deletion mark.</summary>
    public uint DeadCount { get; private set; }

    public long MemoryBytes => _rows.CommittedBytes + _deleted.CommittedBytes + _index.MemoryBytes;

    public static PointTable FromRows(NativeArena rows, uint count) => new(rows, count);

    public PointOffset Append(in PointRow row)
    {
        var offset = new PointOffset(Count);
        _rows.EnsureCommitted((Count + 1L) * PointRow.Bytes);
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
    public ulong DeletedAt(PointOffset offset) => Volatile.Read(ref _deleted.At<ulong>(offset.Value));

    public bool IsVisible(PointOffset offset, ulong lsn)
    {
        ulong deletedAt = DeletedAt(offset);
        return deletedAt == 0 || deletedAt > lsn;
    }

    public void MarkDeleted(PointOffset offset, ulong lsn)
    {
        Volatile.Write(ref _deleted.At<ulong>(offset.Value), lsn);
        DeadCount++;
    }

    public VisibleFilter VisibleAt(ulong lsn) => new(_deleted, lsn);

    public void Dispose()
    {
        _index.Dispose();
        _deleted.Dispose();
        _rows.Dispose();
    }
}
