namespace VectorStore.Engine.Hnsw;

/// <summary>What one search or one insertion needs beside the graph. Rented by the caller for the time of the call, and used again.</summary>
internal sealed class HnswScratch(int m, long capacity) : IDisposable
{
    private readonly uint[][] _chosen = new uint[HnswGraph.LevelMax + 1][];
    private readonly int[] _chosenCounts = new int[HnswGraph.LevelMax + 1];

    public VisitedSet Visited { get; } = new(capacity);

    public CandidatePool Pool { get; } = new();

    /// <summary>Neighbours of the point being expanded that were not seen before.</summary>
    public uint[] Fresh { get; } = new uint[2 * m];

    /// <summary>A full list and the point that wants to join it.</summary>
    public ulong[] Overfull { get; } = new ulong[(2 * m) + 1];

    /// <summary>What remains of an overfull list.</summary>
    public uint[] Kept { get; } = new uint[2 * m];

    /// <summary>Points whose links the last search followed on the bottom layer.</summary>
    public int Hops { get; set; }

    /// <summary>Distances the last search measured on the bottom layer.</summary>
    public long Distances { get; set; }

    public long MemoryBytes => Visited.MemoryBytes;

    /// <summary>Room for the neighbours chosen on a layer.</summary>
    public Span<uint> RoomForChosen(int layer) => _chosen[layer] ??= new uint[m];

    public void SetChosenCount(int layer, int count) => _chosenCounts[layer] = count;

    /// <summary>The neighbours chosen on a layer.</summary>
    public ReadOnlySpan<uint> Chosen(int layer) => _chosen[layer].AsSpan(0, _chosenCounts[layer]);

    public void Dispose() => Visited.Dispose();
}
