using VectorStore.Engine.Hnsw;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Segments;

/// <summary>What one search or one worker of a <see cref="VectorIndex"/> needs for the time of a call: the query in aligned native memory, and the graph's own scratch.</summary>
internal sealed class SearchScratch : IDisposable
{
    private ScoredOffset[] _found = [];
    private HnswScratch? _graph;

    public SearchScratch(int dimension)
    {
        Query = new NativeArena((long)dimension * sizeof(float));
        Query.EnsureCommitted((long)dimension * sizeof(float));
    }

    public NativeArena Query { get; }

    public long MemoryBytes => Query.CommittedBytes + (_graph?.MemoryBytes ?? 0);

    public void SetQuery(ReadOnlySpan<float> query) => query.CopyTo(Query.Slice<float>(0, query.Length));

    /// <summary>The graph's scratch; an index has one graph in its life, so it is made once.</summary>
    public HnswScratch For(HnswGraph graph) => _graph ??= graph.CreateScratch();

    /// <summary>Room for what the graph finds.</summary>
    public Span<ScoredOffset> Found(int count)
    {
        if (_found.Length < count)
            _found = new ScoredOffset[count];

        return _found.AsSpan(0, count);
    }

    public void Dispose()
    {
        Query.Dispose();
        _graph?.Dispose();
    }
}
