namespace VectorStore.Engine.Segments;

/// <summary>What a search asks of one index beside the query vector; how many results are wanted is said by the <see cref="ResultPool"/>.</summary>
internal readonly record struct IndexQuery
{
    public IndexQuery(uint visibleCount)
    {
        VisibleCount = visibleCount;
        AcceptedMax = visibleCount;
    }

    /// <summary>Rows from here on are never returned; all below are considered. A sealed index has no others.</summary>
    public uint VisibleCount { get; init; }

    /// <summary>At most this many rows are accepted, as far as the caller knows.</summary>
    public uint AcceptedMax { get; init; }

    /// <summary>Width of the beam in the graph; 0 where the caller leaves it to the index.</summary>
    public int Ef { get; init; }

    /// <summary>Width of the beam where <see cref="Ef"/> is left to the index, as the collection is configured now; 0: what the index was built with says it.</summary>
    public int UsualEf { get; init; }

    /// <summary>How many times the wanted results are measured again with the original vectors; 0 where the caller leaves it to the index.</summary>
    public double Oversampling { get; init; }

    /// <summary>Share of the true nearest to find; 0 where the caller names none.</summary>
    public double TargetRecall { get; init; }

    /// <summary>Measure every accepted row with the original vectors.</summary>
    public bool Exact { get; init; }

    /// <summary>Return estimates from the codes as they are.</summary>
    public bool SkipRescoring { get; init; }
}
