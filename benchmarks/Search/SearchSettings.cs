using VectorStore.Benchmarks.Search.Indexes;
using VectorStore.Benchmarks.Search.Sweeping;
using VectorStore.Engine;

namespace VectorStore.Benchmarks.Search;

/// <summary>What is measured, on which data, and where the figures go.</summary>
internal sealed record SearchSettings
{
    public required string BaseFile { get; init; }

    public required string QueryFile { get; init; }

    public required Metric Metric { get; init; }

    /// <summary>Rows of the base to use. Null: all.</summary>
    public long? Limit { get; init; }

    public int QueryLimit { get; init; } = 2_000;

    public IndexSettings Index { get; init; } = new();

    public SweepSettings Sweep { get; init; } = new();

    /// <summary>Where true neighbours and other things that can be made again are kept.</summary>
    public string WorkDirectory { get; init; } = "artifacts/bench";

    /// <summary>Where the index is kept for the next run. Null: in a directory of its own that is gone afterwards.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Build the index in <see cref="DataDirectory"/> and search nothing.</summary>
    public bool BuildOnly { get; init; }

    /// <summary>Search with one thread only.</summary>
    public bool OneThreadOnly { get; init; }

    /// <summary>Null: only the table.</summary>
    public string? JsonFile { get; init; }

    /// <summary>Null: no picture.</summary>
    public string? SvgFile { get; init; }
}
