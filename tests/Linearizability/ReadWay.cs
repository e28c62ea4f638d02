namespace VectorStore.Linearizability;

/// <summary>The calls of a collection by which points can be read; each must see the same.</summary>
internal enum ReadWay
{
    /// <summary>By id.</summary>
    Get,

    /// <summary>A walk with a filter.</summary>
    Scroll,

    /// <summary>An exact search with a filter.</summary>
    FilteredSearch,

    /// <summary>An exact search of everything.</summary>
    Search,
}
