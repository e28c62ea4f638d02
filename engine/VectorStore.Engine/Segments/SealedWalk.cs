using VectorStore.Engine.Graphs;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Quantization;

namespace VectorStore.Engine.Segments;

/// <summary>What candidates are found by: the graph, the codes in its order, and which row each place of the two is.</summary>
internal sealed class SealedWalk(FlatGraph graph, CodeTable codes, NativeArena order) : IDisposable
{
    public FlatGraph Graph => graph;

    public CodeTable Codes => codes;

    /// <summary>Rows by place, 4 bytes each.</summary>
    public NativeArena Order => order;

    public uint Count => codes.Count;

    public long MemoryBytes => graph.MemoryBytes + codes.MemoryBytes + order.OwnedBytes;

    public NumberView Rows => new(order);

    public void Dispose()
    {
        graph.Dispose();
        codes.Dispose();
        order.Dispose();
    }
}
