namespace VectorStore.Client;

/// <summary>How a segment was searched.</summary>
public enum SearchPath : byte
{
    /// <summary>Every accepted row was measured: exact.</summary>
    Scan = 0,

    /// <summary>The graph was walked.</summary>
    Graph = 1,

    /// <summary>The graph was walked, and rows it does not hold yet were measured one by one.</summary>
    GraphAndScan = 2,

    /// <summary>The codes of all accepted rows were measured, and the best of them again with the original vectors.</summary>
    CodeScan = 3,
}
