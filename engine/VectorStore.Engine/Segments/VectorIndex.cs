using System.Diagnostics;
using VectorStore.Engine.Hnsw;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Segments;

/// <summary>One named vector of one segment: its rows, and a graph over them once there are enough.</summary>
/// <remarks>
/// The applier thread appends; any number of threads index and search meanwhile. A search sees every row below the count it is given, indexed or not: it walks
/// the graph for rows below <see cref="IndexedCount"/> and scans the rest (VectorIndex.Searching.cs). Whoever has threads to spare calls
/// <see cref="IndexNext"/> (VectorIndex.Indexing.cs). Dispose when nobody uses it any more.
/// </remarks>
internal sealed partial class VectorIndex : IDisposable
{
    private readonly VectorConfig _config;
    private readonly VectorRows _rows;
    private readonly ScratchPool<SearchScratch> _scratch;

    // Set once, by the first worker that finds enough rows or by loading.
    private HnswGraph? _graph;

    private VectorIndex(VectorConfig config, VectorRows rows, HnswGraph? graph)
    {
        _config = config;
        _rows = rows;
        _graph = graph;
        _scratch = new ScratchPool<SearchScratch>(() => new SearchScratch(config.Dimension));
        if (graph is not null)
            _claimed = _indexedCount = rows.Count;
    }

    /// <summary>Rows there are; those below may be read and searched.</summary>
    public uint Count => _rows.Count;

    /// <summary>Whether there is a graph, complete or not.</summary>
    public bool HasGraph => Volatile.Read(ref _graph) is not null;

    /// <summary>Native memory in use: rows, presence bits, graph.</summary>
    public long MemoryBytes => _rows.MemoryBytes + (Volatile.Read(ref _graph)?.MemoryBytes ?? 0);

    /// <summary>An empty index that grows to at most <paramref name="capacityRows"/> rows. Memory is taken as it fills.</summary>
    public static VectorIndex Create(VectorConfig config, long capacityRows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacityRows, HnswGraph.PointsMax);
        return new VectorIndex(config, new VectorRows(config.Dimension, capacityRows), null);
    }

    /// <summary>The index of a sealed segment. Without a graph file it is scanned, until somebody calls <see cref="IndexNext"/>.</summary>
    /// <exception cref="CorruptDataException">A file is damaged, or the two do not belong together.</exception>
    public static VectorIndex Load(VectorConfig config, uint count, BlockFileReader vectors, BlockFileReader? graph)
    {
        var rows = VectorRows.Load(config.Dimension, count, vectors);
        HnswGraph? loaded = null;
        try
        {
            if (graph is not null)
            {
                loaded = HnswGraph.Load(config.Hnsw.M, config.Hnsw.EfConstruction, count, graph);
                for (uint i = 0; i < count; i++)
                {
                    if (loaded.Contains(new PointOffset(i)) != rows.HasVector(new PointOffset(i)))
                        throw new CorruptDataException(graph.Path, HnswGraphHeader.Bytes + i, $"the graph and {vectors.Path} disagree whether point {i} has a vector");
                }
            }

            return new VectorIndex(config, rows, loaded);
        }
        catch
        {
            rows.Dispose();
            loaded?.Dispose();
            throw;
        }
    }

    /// <summary>Appends the vector of the next point, validated and prepared (VectorPreparation). Applier thread only.</summary>
    public void Append(PointOffset offset, ReadOnlySpan<float> prepared) => _rows.Append(offset, prepared);

    /// <summary>Appends a point that does not have this vector. Applier thread only.</summary>
    public void AppendMissing(PointOffset offset) => _rows.AppendMissing(offset);

    /// <summary>How many of the first <paramref name="visibleCount"/> rows a graph is still to take in; 0 where they are few enough to be scanned.</summary>
    public long RowsWaiting(uint visibleCount) =>
        visibleCount <= _config.Hnsw.FullScanThreshold && !HasGraph ? 0 : Math.Max(0L, (long)visibleCount - IndexedCount);

    /// <summary>Whether the point, below <see cref="Count"/>, has this vector.</summary>
    public bool HasVector(PointOffset offset) => _rows.HasVector(offset);

    /// <summary>The vector as it is stored (under cosine of unit length); zeros where the point has none. Valid until disposal.</summary>
    public ReadOnlySpan<float> Vector(PointOffset offset) => _rows.Row(offset);

    /// <summary>Writes the rows. Nobody may append meanwhile.</summary>
    public void SaveVectors(BlockFileWriter writer) => _rows.Save(writer);

    /// <summary>Writes the graph, if there is one that covers all rows; false, and nothing written, otherwise. Nobody may append or index meanwhile.</summary>
    public bool SaveGraph(BlockFileWriter writer)
    {
        if (Volatile.Read(ref _graph) is not { } graph || IndexedCount != Count)
            return false;

        graph.Save(writer, Count);
        return true;
    }

    public void Dispose()
    {
        Debug.Assert(_claims.TrueForAll(static claim => !claim.Running), "disposed while somebody indexes");
        _scratch.Dispose();
        _graph?.Dispose();
        _rows.Dispose();
    }
}
