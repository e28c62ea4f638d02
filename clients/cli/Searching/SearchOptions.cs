using VectorStore.Cli.Output;
using VectorStore.Engine;

namespace VectorStore.Cli.Searching;

/// <summary>What to search for, as the command line says it. Ranges are checked by the engine.</summary>
internal sealed record SearchOptions
{
    public required string Collection { get; init; }

    public required string VectorName { get; init; }

    public required VectorConfig VectorConfig { get; init; }

    public required int Limit { get; init; }

    public int Offset { get; init; }

    public float? ScoreThreshold { get; init; }

    public Filter? Filter { get; init; }

    public int? Ef { get; init; }

    public double? Oversampling { get; init; }

    public bool Rescore { get; init; } = true;

    public double? TargetRecall { get; init; }

    public bool Exact { get; init; }

    /// <summary>Tell what the search did in each segment.</summary>
    public bool Explain { get; init; }

    public bool WithPayload { get; init; }

    public bool WithVectors { get; init; }

    /// <summary>Draw queries and answers as pictures of this size. Null: do not.</summary>
    public PictureSize? Picture { get; init; }

    /// <summary>The request for one query.</summary>
    public SearchRequest ToRequest(ReadOnlyMemory<float> query) => new()
    {
        Vector = query,
        VectorName = VectorName,
        Limit = Limit,
        Offset = Offset,
        ScoreThreshold = ScoreThreshold,
        Filter = Filter,
        Ef = Ef,
        Oversampling = Oversampling,
        Rescore = Rescore,
        TargetRecall = TargetRecall,
        Exact = Exact,
        WithPayload = WithPayload,
        WithVectors = WithVectors || Picture is not null,
    };
}
