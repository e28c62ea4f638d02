using VectorStore.Engine.Distance;
using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Graphs.Kernels;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Threads;

namespace VectorStore.Engine.Graphs;

/// <summary>A second layout of a <see cref="FlatGraph"/>: beside the links of a point lie small codes of those neighbours, so that one hop reads one place in memory and estimates all neighbours at once.</summary>
/// <remarks>
/// <para>The idea is SymphonyQG's (Gou et al., arXiv:2411.12229): a neighbour is described by the signs of its difference to the point, one bit a coordinate, and estimates come from tables of 16 entries that a byte
/// shuffle reads for 32 neighbours (André et al., "Cache locality is not enough", VLDB 2015).</para>
/// <para>With point c, neighbour x, r = x − c in projected coordinates and s the signs of r, <c>⟨q, r⟩ = ⟨q − c, r⟩ + ⟨c, r⟩</c>, and <c>⟨q − c, r⟩ ≈ ⟨q − c, s⟩ · |r|² / ⟨r, s⟩</c>, which is RaBitQ's
/// unbiased estimate (Gao and Long, arXiv:2405.12497). Only ⟨q, s⟩ depends on the query; the rest of the difference between both distances is one number for each neighbour, its <i>shift</i>.</para>
/// <para>Made from codes and links whenever a segment is sealed or opened, so that nothing of it is stored. Immutable; any number of threads.</para>
/// </remarks>
internal sealed class NeighbourBlocks : IDisposable
{
    private const int Slices = 256;

    private readonly FlatGraph _graph;
    private readonly NativeArena _blocks;
    private readonly NativeArena _norms;
    private readonly BlockLayout _layout;
    private readonly int _coordinates;

    private NeighbourBlocks(FlatGraph graph, CentredRows rows)
    {
        _graph = graph;
        _layout = new BlockLayout(graph.Degree, rows.StrideBytes);
        _coordinates = rows.Coordinates;
        _blocks = new NativeArena((long)graph.Count * _layout.BlockBytes);
        _norms = new NativeArena((long)graph.Count * sizeof(float));
        try
        {
            _blocks.EnsureCommitted((long)graph.Count * _layout.BlockBytes);
            _norms.EnsureCommitted((long)graph.Count * sizeof(float));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public long MemoryBytes => _blocks.OwnedBytes + _norms.OwnedBytes;

    internal FlatGraph Graph => _graph;

    internal NativeArena Blocks => _blocks;

    internal BlockLayout Layout => _layout;

    /// <summary>Describes the neighbours of all points.</summary>
    /// <param name="graph">Whose links they are; must outlive the blocks.</param>
    /// <param name="rows">Codes of its points, in its order.</param>
    /// <param name="threads">How many to use.</param>
    /// <param name="cancellationToken">Looked at every few milliseconds.</param>
    public static NeighbourBlocks Make(FlatGraph graph, CentredRows rows, int threads, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Count, graph.Count);
        var made = new NeighbourBlocks(graph, rows);
        try
        {
            var parallel = WorkPace.Loop(threads, cancellationToken);
            Parallel.For(0, Slices, parallel, slice =>
            {
                WorkPace.Checkpoint(cancellationToken);
                uint to = (uint)((long)graph.Count * (slice + 1) / Slices);
                for (uint point = (uint)((long)graph.Count * slice / Slices); point < to; point++)
                {
                    BlockEncoder.Encode(point, graph.LinksOf(point), rows, made._layout, made._blocks);
                    made._norms.At<float>(point) = BlockEncoder.NormOf(point, rows);
                }
            });
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>Makes the tables of a query; they are in <paramref name="scratch"/> until the next call.</summary>
    public BlockQuery Prepare(CentredQuery query, GraphScratch scratch)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(query.Coordinates.Length, _coordinates);
        Span<float> positions = stackalloc float[_layout.Positions];
        positions.Clear();
        query.Coordinates.CopyTo(positions[CentredRows.HeadBytes..]);
        float squared = 0;
        foreach (float coordinate in query.Coordinates)
            squared += coordinate * coordinate;

        float step = SignTables.Fill(positions, scratch.TablesFor(_layout.TableBytes), out float least);
        float inverse = 1 / query.Unit;
        return new BlockQuery(inverse, step * inverse, least * inverse, 2 * query.Unit, squared + (2 * query.Middle));
    }

    /// <summary>Walks the graph to the points nearest by <paramref name="scorer"/>, all of which may be answers.</summary>
    /// <param name="scorer">Measures against the query.</param>
    /// <param name="query">What <see cref="Prepare"/> gave for the same query and scratch.</param>
    /// <param name="ef">Width of the beam: the links of so many points are followed.</param>
    /// <param name="results">Receives the nearest points by the scorer, best first.</param>
    /// <param name="scratch">For this call alone; tells hops and distances of the walk.</param>
    /// <returns>How many were found.</returns>
    public int Search<TScorer>(TScorer scorer, BlockQuery query, int ef, Span<ScoredOffset> results, GraphScratch scratch)
        where TScorer : struct, IPointScorer =>
        _graph.Search(BlockWalking.HopsOf(_blocks, _norms, scratch.Tables, _layout, query), scorer, ef, results, scratch);

    public void Dispose()
    {
        _blocks.Dispose();
        _norms.Dispose();
    }
}
