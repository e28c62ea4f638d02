namespace VectorStore.Engine;

/// <summary>How <see cref="Collection.Search(ReadOnlySpan{float}, Span{SearchHit}, SearchParameters?)"/> searches; as many points are wanted as there is room for. Immutable: make it once and use it for any number of searches.</summary>
public sealed record SearchParameters
{
    /// <summary>What holds where nothing else is said.</summary>
    public static SearchParameters Default { get; } = new();

    /// <summary>Which vector to search. Null: the only one; an error where the collection has several.</summary>
    public string? VectorName { get; init; }

    /// <summary>Width of the beam on the graph, as <see cref="SearchRequest.Ef"/>.</summary>
    public int? Ef { get; init; }

    /// <summary>How many times the wanted results are measured again, as <see cref="SearchRequest.Oversampling"/>.</summary>
    public double? Oversampling { get; init; }

    /// <summary>Whether candidates found by codes are measured again with the original vectors. Default true.</summary>
    public bool Rescore { get; init; } = true;

    /// <summary>Share of the true nearest points to find, as <see cref="SearchRequest.TargetRecall"/>.</summary>
    public double? TargetRecall { get; init; }

    /// <summary>Measure every point instead of walking the graph. Default false.</summary>
    public bool Exact { get; init; }
}
