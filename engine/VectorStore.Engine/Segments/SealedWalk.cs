using VectorStore.Engine.Distance;
using VectorStore.Engine.Graphs;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Quantization;

namespace VectorStore.Engine.Segments;

/// <summary>What candidates are found by: the graph, the codes in its order, and which row each place of the two is.</summary>
internal sealed class SealedWalk(FlatGraph graph, CodeTable codes, NativeArena order, NeighbourBlocks? blocks) : IDisposable
{
    public FlatGraph Graph => graph;

    public CodeTable Codes => codes;

    /// <summary>Small codes of each point's neighbours; null in the compact profile.</summary>
    public NeighbourBlocks? Blocks => blocks;

    /// <summary>Rows by place, 4 bytes each.</summary>
    public NativeArena Order => order;

    public uint Count => codes.Count;

    public long MemoryBytes => graph.MemoryBytes + codes.MemoryBytes + order.OwnedBytes + (blocks?.MemoryBytes ?? 0);

    public NumberView Rows => new(order);

    /// <summary>Walks where every place may be an answer, the way the profile wants it.</summary>
    public bool TryWalk<TScorer>(TScorer scorer, int ef, Span<ScoredOffset> results, out int found, SealedScratch scratch)
        where TScorer : struct, IPointScorer =>
        blocks is not null && codes is ProjectedCodes projected
            ? blocks.TrySearch(scorer, blocks.Prepare(projected.QueryOf(scratch.Prepared!), scratch.Graph), ef, results, out found, scratch.Graph)
            : graph.TrySearch(scorer, default(AcceptAll), ef, results, out found, scratch.Graph);

    public void Dispose()
    {
        blocks?.Dispose();
        graph.Dispose();
        codes.Dispose();
        order.Dispose();
    }
}
