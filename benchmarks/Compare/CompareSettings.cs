using VectorStore.Benchmarks.Search;

namespace VectorStore.Benchmarks.Compare;

/// <summary>What is compared with whom.</summary>
internal sealed record CompareSettings
{
    /// <summary>Data, our configuration, sweep, and where results go.</summary>
    public required SearchSettings Search { get; init; }

    /// <summary>The first is the one that the last line of the output is about.</summary>
    public required IReadOnlyList<string> Peers { get; init; }

    /// <summary>Holds each peer's driver as <c>PEER/driver</c>.</summary>
    public required string PeerDirectory { get; init; }

    /// <summary>How often everybody searches, in turns; the best of each setting counts.</summary>
    public int Rounds { get; init; } = 2;

    /// <summary>Search an index that a peer built in an earlier run on the same data, and take its build time from then.</summary>
    public bool ReusePeers { get; init; }
}
