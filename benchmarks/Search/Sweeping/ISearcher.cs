namespace VectorStore.Benchmarks.Search.Sweeping;

/// <summary>What a sweep measures. Thread-safe once prepared.</summary>
internal interface ISearcher
{
    /// <summary>How many queries there are.</summary>
    int QueryCount { get; }

    /// <summary>Sets the width of the beam. Not counted as searching.</summary>
    void Prepare(int ef);

    /// <summary>Searches for one query.</summary>
    /// <param name="query">Which one, from 0.</param>
    /// <param name="ids">Takes the answers, best first; as many are wanted as there is room for.</param>
    /// <returns>How many there are.</returns>
    int Search(int query, Span<ulong> ids);
}
