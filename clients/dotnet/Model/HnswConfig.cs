namespace VectorStore.Client;

/// <summary>Parameters of the graph, in the words of Malkov and Yashunin, arXiv:1603.09320.</summary>
public sealed record HnswConfig
{
    /// <summary>Neighbours a point is linked to on each upper layer; twice as many on the bottom one. 4 to 128, default 16. A change rebuilds sealed segments.</summary>
    public int M { get; init; } = 16;

    /// <summary>Width of the beam while building, M to 4,000. Default 200. A change rebuilds sealed segments.</summary>
    public int EfConstruction { get; init; } = 200;

    /// <summary>Width of the beam while searching where a request names none, 1 to 10,000. Default 100.</summary>
    public int EfSearch { get; init; } = 100;

    /// <summary>Up to this many points a segment is scanned instead of indexed: exact and fast enough. 0 to 1,000,000, default 2,000.</summary>
    public int FullScanThreshold { get; init; } = 2_000;
}
