using VectorStore.Engine;

namespace VectorStore.Benchmarks.Search.Sweeping;

/// <summary>Searches a collection through the engine's public API, on the caller's thread.</summary>
internal sealed class CollectionSearcher(Collection collection, float[][] queries) : ISearcher
{
    [ThreadStatic]
    private static SearchHit[]? s_hits;

    private SearchParameters _parameters = SearchParameters.Default;

    public int QueryCount => queries.Length;

    public void Prepare(int ef) => _parameters = new SearchParameters { Ef = ef };

    public int Search(int query, Span<ulong> ids)
    {
        var room = s_hits;
        if (room is null || room.Length < ids.Length)
            s_hits = room = new SearchHit[ids.Length];

        var hits = room.AsSpan(0, ids.Length);
        int count = collection.Search(queries[query], hits, _parameters);
        for (int i = 0; i < count; i++)
            ids[i] = hits[i].Id.Integer;

        return count;
    }
}
