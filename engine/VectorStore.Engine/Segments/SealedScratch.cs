using VectorStore.Engine.Graphs;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Segments;

/// <summary>What one search of a <see cref="SealedIndex"/> needs for the time of a call.</summary>
internal sealed class SealedScratch : IDisposable
{
    private GraphScratch? _graph;

    public SealedScratch(int dimension)
    {
        Query = new NativeArena((long)dimension * sizeof(float));
        Query.EnsureCommitted((long)dimension * sizeof(float));
    }

    /// <summary>The query as it came, to measure originals against.</summary>
    public NativeArena Query { get; }

    /// <summary>The query as the codes want it; made by the first search that walks or scans codes.</summary>
    public NativeArena? Prepared { get; private set; }

    /// <summary>Best places by estimate, best first.</summary>
    public ScoredOffset[] Found { get; private set; } = [];

    /// <summary>Collects the best of a scan of codes.</summary>
    public ResultPool Candidates { get; } = new();

    public GraphScratch Graph => _graph!;

    public void SetQuery(ReadOnlySpan<float> query) => query.CopyTo(Query.Slice<float>(0, query.Length));

    /// <summary>Makes room for what a search by codes needs. An index has one graph and one code table in its life, so all but the results is made once.</summary>
    public void PrepareFor(SealedWalk walk, int candidates)
    {
        // The graph's last: where there is no memory for it, the next search tries again.
        if (_graph is null)
        {
            Prepared ??= new NativeArena(Math.Max(1, walk.Codes.QueryBytes));
            Prepared.EnsureCommitted(Math.Max(1, walk.Codes.QueryBytes));
            _graph = walk.Graph.CreateScratch();
        }

        RoomFor(candidates);
    }

    /// <summary>Makes <see cref="Found"/> long enough, and gives as much of it. What was in it may be gone.</summary>
    public Span<ScoredOffset> RoomFor(int count)
    {
        if (Found.Length < count)
            Found = new ScoredOffset[count];

        return Found.AsSpan(0, count);
    }

    public void Dispose()
    {
        Query.Dispose();
        Prepared?.Dispose();
        _graph?.Dispose();
    }
}
