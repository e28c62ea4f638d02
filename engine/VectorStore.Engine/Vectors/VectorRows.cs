using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Vectors;

/// <summary>The original vectors of one named vector of a segment: float32, row-major, one row per point, in native memory.</summary>
/// <remarks>
/// One thread appends; any number of threads read rows below a <see cref="Count"/> they have seen, because a row and its presence bit are complete
/// before the count that covers them is published. A point without this vector has a row that is never written. A growing and the sealed index
/// made of it may own the same rows. Files: VectorRows.Files.cs.
/// </remarks>
internal sealed partial class VectorRows : CountedOwners
{
    private const int CacheLineBytes = 64;
    private const int BitsPerWord = 64;

    private readonly NativeArena _rows;
    private readonly NativeArena _presence;
    private uint _count;
    private uint _absentCount;

    /// <summary>Makes room, in addresses only, for <paramref name="capacity"/> rows.</summary>
    public VectorRows(int dimension, long capacity)
        : this(dimension, capacity, new NativeArena(capacity * StrideOf(dimension)), StrideOf(dimension))
    {
    }

    private VectorRows(int dimension, long capacity, NativeArena rows, int strideBytes)
    {
        Dimension = dimension;
        Capacity = capacity;
        StrideBytes = strideBytes;
        _rows = rows;
        _presence = new NativeArena((capacity + BitsPerWord - 1) / BitsPerWord * sizeof(ulong));
    }

    public int Dimension { get; }

    public long Capacity { get; }

    /// <summary>From one row to the next, in bytes.</summary>
    public int StrideBytes { get; }

    /// <summary>Rows that may be read.</summary>
    public uint Count => Volatile.Read(ref _count);

    /// <summary>Whether some row below <see cref="Count"/> has no vector. Read it after the count it is to be trusted for.</summary>
    public bool HasAbsent => Volatile.Read(ref _absentCount) != 0;

    /// <summary>The rows, for the scorer. Row i starts at i × <see cref="StrideBytes"/>.</summary>
    public NativeArena Memory => _rows;

    /// <summary>The first <see cref="Count"/> rows, for encoders.</summary>
    public FloatRows View => new(_rows, StrideBytes, Dimension);

    /// <summary>Native memory in use; mapped files do not count.</summary>
    public long MemoryBytes => _rows.OwnedBytes + _presence.OwnedBytes;

    /// <summary>Whether the rows lie in a mapped file, whose blocks were checked when it was mapped and are not again when a page of it comes back from the disk.</summary>
    public bool IsMapped => _rows.IsView;

    /// <summary>How many points below <see cref="Count"/> have this vector.</summary>
    public uint PresentCount => Count - Volatile.Read(ref _absentCount);

    /// <summary>Appends the vector of the next point. Appender thread only.</summary>
    public void Append(PointOffset offset, ReadOnlySpan<float> vector)
    {
        Debug.Assert(vector.Length == Dimension, "the caller has validated the vector");
        MakeRoom(offset);
        vector.CopyTo(RowFor(offset.Value));
        ref ulong word = ref _presence.At<ulong>(offset.Value / BitsPerWord);
        Volatile.Write(ref word, word | BitOf(offset.Value));
        Volatile.Write(ref _count, offset.Value + 1);
    }

    /// <summary>Appends a point that does not have this vector. Appender thread only.</summary>
    public void AppendMissing(PointOffset offset)
    {
        MakeRoom(offset);
        Volatile.Write(ref _absentCount, _absentCount + 1);
        Volatile.Write(ref _count, offset.Value + 1);
    }

    /// <summary>Takes the memory that so many more rows need, so that appending them cannot fail.</summary>
    /// <exception cref="MemoryExhaustedException">There is none; nothing has changed.</exception>
    public void MakeRoom(long rows)
    {
        _rows.EnsureCommitted((_count + rows) * StrideBytes);
        _presence.EnsureCommitted((_count + rows + BitsPerWord - 1) / BitsPerWord * sizeof(ulong));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasVector(PointOffset offset) => (_presence.At<ulong>(offset.Value / BitsPerWord) & BitOf(offset.Value)) != 0;

    /// <summary>The stored vector; zeros where the point has none. Valid until disposal.</summary>
    public ReadOnlySpan<float> Row(PointOffset offset)
    {
        if (offset.Value >= Count)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"there are {Count} rows");

        return RowFor(offset.Value);
    }

    protected override void Free()
    {
        _rows.Dispose();
        _presence.Dispose();
    }

    /// <summary>Rows start on cache lines, except short ones, for which that would waste more than it gains.</summary>
    private static int StrideOf(int dimension)
    {
        int packed = dimension * sizeof(float);
        return packed < CacheLineBytes ? packed : (packed + CacheLineBytes - 1) / CacheLineBytes * CacheLineBytes;
    }

    private static ulong BitOf(uint offset) => 1UL << (int)(offset % BitsPerWord);

    private Span<float> RowFor(uint offset) => _rows.Slice<float>((long)offset * StrideBytes, Dimension);

    private void MakeRoom(PointOffset offset)
    {
        if (offset.Value != _count)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"the next row is {_count}");
        if (offset.Value >= Capacity)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"the segment was made for {Capacity} rows");

        _rows.EnsureCommitted((offset.Value + 1L) * StrideBytes);
        _presence.EnsureCommitted(((offset.Value / BitsPerWord) + 1L) * sizeof(ulong));
    }

    private uint CountPresent(uint count)
    {
        uint present = 0;
        foreach (ulong word in _presence.Slice<ulong>(0, (int)((count + BitsPerWord - 1L) / BitsPerWord)))
            present += (uint)BitOperations.PopCount(word);

        return present;
    }
}
