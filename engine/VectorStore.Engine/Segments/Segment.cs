using System.Diagnostics;

namespace VectorStore.Engine.Segments;

/// <summary>One unit of a collection: rows, one index per named vector, and, once sealed, the files that hold them.</summary>
/// <remarks>
/// A life: *growing* (the applier appends) → *frozen* (no new rows; deletions go on; sealed indexes are built beside it) → replaced by a *sealed*
/// segment of the same number, which shares its rows' bookkeeping and whose files a manifest names. Freed when the last view of the collection that
/// shows it is released.
/// </remarks>
internal sealed class Segment
{
    private readonly VectorIndex[] _vectors;
    private readonly GrowingIndex[] _growing;
    private readonly IndexBuild[] _built;
    private int _references = 1;
    private bool _isFrozen;

    private Segment(uint number, uint capacity, PointTable points, VectorIndex[] vectors, GrowingIndex[] growing, IReadOnlyList<IndexBuild>? built = null)
    {
        Number = number;
        Capacity = capacity;
        Points = points;
        _vectors = vectors;
        _growing = growing;
        _built = growing.Length > 0 ? [] : [.. built ?? vectors.Select(IndexBuild.Of)];
    }

    /// <summary>Unique within the collection, for ever, but for the frozen segment and the sealed one that replaces it; names the directory of its files.</summary>
    public uint Number { get; }

    /// <summary>Rows it can hold.</summary>
    public uint Capacity { get; }

    public PointTable Points { get; }

    /// <summary>One per named vector, in the schema's order.</summary>
    public ReadOnlySpan<VectorIndex> Vectors => _vectors;

    /// <summary>The same, where rows are appended to them; empty in a sealed segment.</summary>
    public ReadOnlySpan<GrowingIndex> Growing => _growing;

    /// <summary>What the indexes were built with, in the schema's order; empty in a segment that grows.</summary>
    public IReadOnlyList<IndexBuild> Built => _built;

    /// <summary>What the manifest says of the files; null while the segment is not sealed. Guarded by the collection's apply lock.</summary>
    public SegmentEntry? Sealed { get; set; }

    /// <summary>Whether nothing is put into its growing graph any more, because sealed indexes are built, or soon will be.</summary>
    public bool IsFrozen
    {
        get => Volatile.Read(ref _isFrozen);
        set => Volatile.Write(ref _isFrozen, value);
    }

    public long MemoryBytes
    {
        get
        {
            long bytes = Points.MemoryBytes;
            foreach (var vector in _vectors)
                bytes += vector.MemoryBytes;

            return bytes;
        }
    }

    /// <summary>Whether some vector has enough rows to be worth a graph.</summary>
    public bool HasGraph => Array.Exists(_vectors, vector => vector.HasGraph);

    public static Segment CreateGrowing(uint number, VectorSchema schema, uint capacity)
    {
        var vectors = new GrowingIndex[schema.Count];
        for (int index = 0; index < vectors.Length; index++)
            vectors[index] = GrowingIndex.Create(schema[index].Config, capacity);

        return new Segment(number, capacity, new PointTable(capacity), vectors, vectors);
    }

    public static Segment FromSealed(SegmentEntry entry, PointTable points, VectorIndex[] vectors) =>
        new(entry.Number, points.Count, points, vectors, [], entry.Built) { Sealed = entry };

    /// <summary>The segment that takes the place of this sealed one, which has the same files: the same rows and deletion marks, with indexes that were opened otherwise.</summary>
    public Segment WithReopened(VectorIndex[] vectors)
    {
        Points.AddOwner();
        return new Segment(Number, Capacity, Points, vectors, [], Built);
    }

    /// <summary>The segment that takes the place of this sealed one and has files of its own: the same rows and deletion marks, with other codes.</summary>
    public Segment WithRecoded(uint number, VectorIndex[] vectors, IReadOnlyList<IndexBuild> built)
    {
        Points.AddOwner();
        return new Segment(number, Capacity, Points, vectors, [], built);
    }

    /// <summary>What this segment, which is sealed, lacks to be as a collection of this schema asks for.</summary>
    public SegmentDifference DifferenceFrom(VectorSchema schema)
    {
        var difference = SegmentDifference.None;
        for (int vector = 0; vector < _vectors.Length; vector++)
        {
            var wanted = schema[vector].Config;
            var own = _built[vector].DifferenceFrom(wanted, _vectors[vector]);
            if (own == SegmentDifference.None && _vectors[vector] is SealedIndex index && index.IsPlacedElsewhere(wanted.Placement))
                own = SegmentDifference.Placement;
            if (own > difference)
                difference = own;
        }

        return difference;
    }

    /// <summary>Builds the segment that takes the place of this one, which takes no more rows: the same rows and deletion marks, with sealed indexes.</summary>
    /// <param name="schema">What to build them with.</param>
    /// <param name="threads">How many to use.</param>
    /// <param name="progress">Told how far it is; null: nobody is.</param>
    /// <param name="cancellationToken">Looked at every few milliseconds.</param>
    public Segment BuildSealed(VectorSchema schema, int threads, BuildProgress? progress, CancellationToken cancellationToken)
    {
        var vectors = new VectorIndex[_growing.Length];
        try
        {
            for (int index = 0; index < vectors.Length; index++)
                vectors[index] = _growing[index].Seal(schema[index].Config, threads, PartOf(progress, index), cancellationToken);

            Points.AddOwner();
            return new Segment(Number, Points.Count, Points, vectors, []);
        }
        catch
        {
            foreach (var vector in vectors)
                vector?.Dispose();

            throw;
        }
    }

    /// <summary>What building the index of one vector is of the whole: as much as the vector is of a row.</summary>
    private BuildProgress? PartOf(BuildProgress? whole, int index)
    {
        double dimensions = _growing.Sum(vector => (double)vector.Config.Dimension);
        double before = _growing[..index].Sum(vector => (double)vector.Config.Dimension);
        return whole?.Part(before / dimensions, (before + _growing[index].Config.Dimension) / dimensions);
    }

    /// <summary>Takes the memory that so many more rows need, as far as the segment has room for them, so that appending them cannot fail. Applier only.</summary>
    /// <exception cref="MemoryExhaustedException">There is none; nothing has changed.</exception>
    public void MakeRoom(long rows)
    {
        rows = Math.Min(rows, Capacity - Points.Count);
        Points.MakeRoom(rows);
        foreach (var vector in _growing)
            vector.MakeRoom(rows);
    }

    /// <summary>Rows below <paramref name="visibleCount"/> that some graph is still to take in.</summary>
    public long RowsWaitingForIndex(uint visibleCount)
    {
        long waiting = 0;
        foreach (var vector in _vectors)
            waiting = Math.Max(waiting, vector.RowsWaiting(visibleCount));

        return waiting;
    }

    /// <summary>Puts a few more rows into a graph. Any thread, several at once; false when nothing is left to take, or the segment is frozen.</summary>
    public bool IndexNext(uint visibleCount, CancellationToken cancellationToken)
    {
        if (IsFrozen)
            return false;

        // An old sealed segment may be one that somebody still has to build a graph for.
        foreach (var vector in _vectors)
        {
            if (vector is GrowingIndex growing && growing.IndexNext(visibleCount, cancellationToken))
                return true;
        }

        return false;
    }

    public void AddReference()
    {
        int references = Interlocked.Increment(ref _references);
        Debug.Assert(references > 1, "a freed segment was taken again");
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) != 0)
            return;

        foreach (var vector in _vectors)
            vector.Dispose();

        Points.Dispose();
    }
}
