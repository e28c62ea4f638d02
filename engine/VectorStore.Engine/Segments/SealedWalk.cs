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

    /// <summary>Walks where every place may be an answer, the way the profile wants it; returns how many it found.</summary>
    public int Walk<TScorer>(TScorer scorer, int ef, Span<ScoredOffset> results, SealedScratch scratch)
        where TScorer : struct, IPointScorer
    {
        if (blocks is not null && codes is ProjectedCodes projected)
            return blocks.Search(scorer, blocks.Prepare(projected.QueryOf(scratch.Prepared!), scratch.Graph), ef, results, scratch.Graph);

        graph.TrySearch(scorer, default(AcceptAll), ef, results, out int found, scratch.Graph);
        return found;
    }

    public void Dispose()
    {
        blocks?.Dispose();
        graph.Dispose();
        codes.Dispose();
        order.Dispose();
    }
}
