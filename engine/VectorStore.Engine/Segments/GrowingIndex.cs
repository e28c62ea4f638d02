using System.Diagnostics;
using VectorStore.Engine.Hnsw;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Segments;

/// <summary>The index of a growing segment: its rows, and a graph over them once there are enough, into which each row is inserted.</summary>
/// <remarks>
/// The applier thread appends; any number of threads index and search meanwhile. A search sees every row below the count it is given, indexed or not: it walks
/// the graph for rows below <see cref="IndexedCount"/> and scans the rest (GrowingIndex.Searching.cs). Whoever has threads to spare calls
/// <see cref="IndexNext"/> (GrowingIndex.Indexing.cs). Sealing makes a <see cref="SealedIndex"/> of the rows; sealed segments written before there were any are
/// still opened as this.
/// </remarks>
internal sealed partial class GrowingIndex : VectorIndex
{
    private readonly ScratchPool<SearchScratch> _scratch;

    // Set once, by the first worker that finds enough rows or by loading.
    private HnswGraph? _graph;

    private GrowingIndex(VectorConfig config, VectorRows rows, HnswGraph? graph)
        : base(config, rows)
    {
        _graph = graph;
        _scratch = new ScratchPool<SearchScratch>(() => new SearchScratch(config.Dimension));
        if (graph is not null)
            _claimed = _indexedCount = rows.Count;
    }

    public override bool HasGraph => Volatile.Read(ref _graph) is not null;

    public override long MemoryBytes => Rows.MemoryBytes + (Volatile.Read(ref _graph)?.MemoryBytes ?? 0);

    public override QuantizationKind Quantization => QuantizationKind.None;

    public override string Encoding => $"none: {Config.Dimension} float32, {Config.Dimension * sizeof(float)} bytes a vector";

    /// <summary>An empty index that grows to at most <paramref name="capacityRows"/> rows. Memory is taken as it fills.</summary>
    public static GrowingIndex Create(VectorConfig config, long capacityRows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacityRows, HnswGraph.PointsMax);
        return new GrowingIndex(config, new VectorRows(config.Dimension, capacityRows), null);
    }

    /// <summary>The index of a sealed segment written before there were flat graphs. Without a graph file it is scanned, until somebody calls <see cref="IndexNext"/>.</summary>
    /// <exception cref="CorruptDataException">A file is damaged, or the two do not belong together.</exception>
    public static GrowingIndex Load(VectorConfig config, uint count, BlockFileReader vectors, BlockFileReader? graph)
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

            return new GrowingIndex(config, rows, loaded);
        }
        catch
        {
            rows.Dispose();
            loaded?.Dispose();
            throw;
        }
    }

    /// <summary>Appends the vector of the next point, validated and prepared (VectorPreparation). Applier thread only.</summary>
    public void Append(PointOffset offset, ReadOnlySpan<float> prepared) => Rows.Append(offset, prepared);

    /// <summary>Takes the memory that so many more rows need, so that appending them cannot fail. Applier thread only.</summary>
    /// <exception cref="MemoryExhaustedException">There is none; nothing has changed.</exception>
    public void MakeRoom(long rows) => Rows.MakeRoom(rows);

    /// <summary>Appends a point that does not have this vector. Applier thread only.</summary>
    public void AppendMissing(PointOffset offset) => Rows.AppendMissing(offset);

    public override long RowsWaiting(uint visibleCount) =>
        visibleCount <= Config.Hnsw.FullScanThreshold && !HasGraph ? 0 : Math.Max(0L, (long)visibleCount - IndexedCount);

    /// <summary>An index for the time after sealing, over the same rows, which the two then own together. Nobody may append any more.</summary>
    /// <param name="wanted">What to build it with; of the same dimension and metric.</param>
    /// <param name="threads">How many to use.</param>
    /// <param name="progress">Told how far it is; null: nobody is.</param>
    /// <param name="cancellationToken">Looked at every few milliseconds.</param>
    public SealedIndex Seal(VectorConfig wanted, int threads, BuildProgress? progress, CancellationToken cancellationToken) =>
        SealedIndex.Build(wanted, Rows, threads, progress, cancellationToken);

    /// <summary>Writes the graph, if there is one that covers all rows; false, and nothing written, otherwise. Nobody may append or index meanwhile.</summary>
    public bool SaveGraph(BlockFileWriter writer)
    {
        if (Volatile.Read(ref _graph) is not { } graph || IndexedCount != Count)
            return false;

        graph.Save(writer, Count);
        return true;
    }

    protected override void Free()
    {
        Debug.Assert(_claims.TrueForAll(static claim => !claim.Running), "disposed while somebody indexes");
        _scratch.Dispose();
        _graph?.Dispose();
    }
}
