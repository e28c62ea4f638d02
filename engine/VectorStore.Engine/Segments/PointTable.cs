using System.Diagnostics;
using System.Runtime.CompilerServices;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Segments;

/// <summary>The rows of a segment: who each point version is, and from which log position on it is deleted.</summary>
/// <remarks>
/// One thread at a time appends and deletes (under the collection's apply lock). Others read rows below a count that was published to them, and
/// deletion marks at any time: a mark goes once from 0 to a log position, as one aligned 8-byte store. Payload versions are read in the same way; one that is
/// replaced is remembered first, for readers of older views. A segment that is sealed hands its table on
/// to the segment that takes its place, so that no mark and no change is lost between the two.
/// </remarks>
internal sealed class PointTable : CountedOwners
{
    private readonly NativeArena _rows;

    // A mark for each row. Takes no memory until the first row is deleted; from then on there are as many marks as rows.
    private readonly NativeArena _deleted;

    // The newest payload version of each row, 0 where it is the one the row was written with. Takes no memory until a payload is changed without its row;
    // from then on there are as many as rows.
    private readonly NativeArena _payloads;
    private readonly PayloadHistory _replaced = new();
    private readonly OffsetIndex _index;
    private uint _deadCount;

    public PointTable(long capacity)
    {
        _rows = new NativeArena(capacity * PointRow.MemoryBytes);
        _deleted = new NativeArena(capacity * sizeof(ulong));
        _payloads = new NativeArena(capacity * sizeof(ulong));
        _index = new OffsetIndex(this, 0);
    }

    /// <summary>Takes over rows read from a sealed file.</summary>
    private PointTable(NativeArena rows, uint count)
    {
        _rows = rows;
        _deleted = new NativeArena(count * (long)sizeof(ulong));
        _payloads = new NativeArena(count * (long)sizeof(ulong));
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

    public long MemoryBytes => _rows.CommittedBytes + _deleted.CommittedBytes + _payloads.CommittedBytes + _index.MemoryBytes;

    /// <summary>Whether the payload of some row may have been changed without its row.</summary>
    public bool HasPayloadChanges => _payloads.CommittedBytes > 0;

    public static PointTable FromRows(NativeArena rows, uint count) => new(rows, count);

    public PointOffset Append(in PointRow row)
    {
        var offset = new PointOffset(Count);
        _rows.EnsureCommitted((Count + 1L) * PointRow.MemoryBytes);
        if (_deleted.CommittedBytes > 0)
            _deleted.EnsureCommitted((Count + 1L) * sizeof(ulong));
        if (HasPayloadChanges)
            _payloads.EnsureCommitted((Count + 1L) * sizeof(ulong));

        _rows.At<PointRow>(Count) = row;
        Count++;
        _index.Set(offset);
        return offset;
    }

    /// <summary>Takes the memory that so many more rows need, so that appending them cannot fail.</summary>
    /// <exception cref="MemoryExhaustedException">There is none; nothing has changed.</exception>
    public void MakeRoom(long rows)
    {
        _rows.EnsureCommitted((Count + rows) * PointRow.MemoryBytes);
        if (_deleted.CommittedBytes > 0)
            _deleted.EnsureCommitted((Count + rows) * sizeof(ulong));
        if (HasPayloadChanges)
            _payloads.EnsureCommitted((Count + rows) * sizeof(ulong));

        _index.MakeRoom(rows);
    }

    /// <summary>Takes the memory for deletion marks of all rows and of so many to come, so that <see cref="MarkDeleted"/> cannot fail.</summary>
    /// <exception cref="MemoryExhaustedException">There is none; nothing has changed.</exception>
    public void MakeRoomForMarks(long rowsToCome) => _deleted.EnsureCommitted((Count + rowsToCome) * sizeof(ulong));

    /// <summary>Takes the memory for payload versions of all rows and of so many to come, so that <see cref="ChangePayload"/> cannot fail.</summary>
    /// <exception cref="MemoryExhaustedException">There is none; nothing has changed.</exception>
    public void MakeRoomForPayloads(long rowsToCome) => _payloads.EnsureCommitted((Count + rowsToCome) * sizeof(ulong));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly PointRow Row(PointOffset offset) => ref _rows.At<PointRow>(offset.Value);

    /// <summary>The row as if it had been written with the payload it had at a log position, where that is still known.</summary>
    public PointRow RowAt(PointOffset offset, ulong lsn)
    {
        ref readonly var row = ref Row(offset);
        return HasPayloadChanges && TryGetPayload(offset, lsn, out var version) ? PointRow.For(row.Id, version.Lsn, version.HasPayload) : row;
    }

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

    /// <summary>The payload version that the row has now.</summary>
    public PayloadVersion NewestPayload(PointOffset offset)
    {
        ulong word = HasPayloadChanges ? Volatile.Read(ref _payloads.At<ulong>(offset.Value)) : 0;
        return word == 0 ? PayloadVersion.Of(Row(offset)) : PayloadVersion.FromWord(word);
    }

    /// <summary>The payload version that a visible row had at a log position.</summary>
    /// <returns>False where it was replaced since, and no view of that position is leased any more.</returns>
    public bool TryGetPayload(PointOffset offset, ulong lsn, out PayloadVersion version)
    {
        version = NewestPayload(offset);
        return version.Lsn <= lsn || _replaced.TryFind(offset, lsn, out version);
    }

    /// <summary>The payload version that a visible row had at the log position of a view that the caller has leased.</summary>
    public PayloadVersion PayloadAt(PointOffset offset, ulong lsn) =>
        TryGetPayload(offset, lsn, out var version) ? version : throw new UnreachableException($"row {offset.Value} has lost its payload version of log position {lsn}");

    /// <summary>Gives a row another payload. The one before is kept for older views until <see cref="ForgetPayload"/>.</summary>
    public void ChangePayload(PointOffset offset, PayloadVersion version)
    {
        // First, so that whoever finds the new one too new finds the old one.
        _replaced.Add(offset, NewestPayload(offset));
        LoadPayload(offset, version);
    }

    /// <summary>As <see cref="ChangePayload"/>, where nobody needs the one before.</summary>
    public void LoadPayload(PointOffset offset, PayloadVersion version)
    {
        _payloads.EnsureCommitted(Count * (long)sizeof(ulong));
        Volatile.Write(ref _payloads.At<ulong>(offset.Value), version.Word);
    }

    /// <summary>Forgets a replaced payload version that no view can ask for any more. The table may be freed already.</summary>
    public void ForgetPayload(PointOffset offset, PayloadVersion replaced) => _replaced.Forget(offset, replaced);

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
        _payloads.Dispose();
        _rows.Dispose();
    }
}
