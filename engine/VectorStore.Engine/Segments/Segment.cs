using System.Diagnostics;

namespace VectorStore.Engine.Segments;

/// <summary>One unit of a collection: rows, one index per named vector, and, once sealed, the files that hold them.</summary>
/// <remarks>
/// A life: *growing* (the applier appends) → *frozen* (no new rows; deletions go on; the graph is finished) → *sealed* (files name it in a
/// manifest). The memory is the same throughout. Freed when the last view of the collection that shows it is released.
/// </remarks>
internal sealed class Segment
{
    private readonly VectorIndex[] _vectors;
    private int _references = 1;

    private Segment(uint number, uint capacity, PointTable points, VectorIndex[] vectors)
    {
        Number = number;
        Capacity = capacity;
        Points = points;
        _vectors = vectors;
    }

    /// <summary>Unique within the collection, for ever; names the directory of its files.</summary>
    public uint Number { get; }

    /// <summary>Rows it can hold.</summary>
    public uint Capacity { get; }

    public PointTable Points { get; }

    /// <summary>One per named vector, in the schema's order.</summary>
    public ReadOnlySpan<VectorIndex> Vectors => _vectors;

    /// <summary>What the manifest says of the files; null while the segment is not sealed. Guarded by the collection's apply lock.</summary>
    public SegmentEntry? Sealed { get; set; }

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
        var vectors = new VectorIndex[schema.Count];
        for (int index = 0; index < vectors.Length; index++)
            vectors[index] = VectorIndex.Create(schema[index].Config, capacity);

        return new Segment(number, capacity, new PointTable(capacity), vectors);
    }

    public static Segment FromSealed(SegmentEntry entry, PointTable points, VectorIndex[] vectors) =>
        new(entry.Number, points.Count, points, vectors) { Sealed = entry };

    /// <summary>Rows below <paramref name="visibleCount"/> that some graph is still to take in.</summary>
    public long RowsWaitingForIndex(uint visibleCount)
    {
        long waiting = 0;
        foreach (var vector in _vectors)
            waiting = Math.Max(waiting, vector.RowsWaiting(visibleCount));

        return waiting;
    }

    /// <summary>Puts a few more rows into a graph. Any thread, several at once; false when nothing is left to take.</summary>
    public bool IndexNext(uint visibleCount, CancellationToken cancellationToken)
    {
        foreach (var vector in _vectors)
        {
            if (vector.IndexNext(visibleCount, cancellationToken))
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
