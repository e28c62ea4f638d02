namespace VectorStore.Engine;

/// <summary>What to search for. Immutable.</summary>
public sealed record SearchRequest
{
    /// <summary>The largest <see cref="Limit"/>.</summary>
    public const int LimitMax = 10_000;

    /// <summary>The largest <see cref="Offset"/> + <see cref="Limit"/>.</summary>
    public const int WindowMax = 1_000_000;

    /// <summary>The largest <see cref="Ef"/>.</summary>
    public const int EfMax = 10_000;

    /// <summary>The largest <see cref="Oversampling"/>.</summary>
    public const double OversamplingMax = 100;

    /// <summary>The query, shape <c>[dimension]</c>, finite; need not be normalised.</summary>
    public required ReadOnlyMemory<float> Vector { get; init; }

    /// <summary>Which vector to search. Null: the only one; an error where the collection has several.</summary>
    public string? VectorName { get; init; }

    /// <summary>How many answers at most, 1 to <see cref="LimitMax"/>. Default 10.</summary>
    public int Limit { get; init; } = 10;

    /// <summary>How many of the best answers to skip, from 0; with <see cref="Limit"/> at most <see cref="WindowMax"/>. Default 0.</summary>
    public int Offset { get; init; }

    /// <summary>Leave out answers with a lower score. Null: none.</summary>
    public float? ScoreThreshold { get; init; }

    /// <summary>Only points whose payload matches. Null: all.</summary>
    public Filter? Filter { get; init; }

    /// <summary>Return payloads. Default true.</summary>
    public bool WithPayload { get; init; } = true;

    /// <summary>Return vectors. Default false.</summary>
    public bool WithVectors { get; init; }

    /// <summary>Width of the beam on the graph, 1 to <see cref="EfMax"/>: from so many points links are followed. Raised to offset + limit where lower, but not in sealed segments with projected codes, where
    /// the walk keeps more than its beam. Null: the collection's <see cref="HnswConfig.EfSearch"/>.</summary>
    public int? Ef { get; init; }

    /// <summary>
    /// How many times <see cref="Limit"/> candidates found by their codes are measured again with the original vectors, 1 to <see cref="OversamplingMax"/>.
    /// Null: as many of the beam as could still be an answer, by what the first of them tell of the error of estimates. Without effect on vectors that are not quantized, and with <see cref="Rescore"/> false.
    /// </summary>
    public double? Oversampling { get; init; }

    /// <summary>Whether the candidates found by their codes are measured again with the original vectors. False: scores are estimates. Default true.</summary>
    public bool Rescore { get; init; } = true;

    /// <summary>
    /// Share of the true nearest points to find, 0.5 to 0.999. The engine takes the least effort that found this share for sample points of the segment. Null: <see cref="Ef"/>
    /// where it is given, else what the collection's configuration says. Not together with <see cref="Ef"/>.
    /// </summary>
    public double? TargetRecall { get; init; }

    /// <summary>Measure every point instead of walking the graph: the true nearest, at a cost that grows with the collection. Default false.</summary>
    public bool Exact { get; init; }
}
