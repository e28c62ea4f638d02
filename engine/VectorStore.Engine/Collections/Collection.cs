namespace VectorStore.Engine;

/// <summary>A named set of points in an open database. All members are thread-safe.</summary>
public sealed class Collection
{
    /// <summary>The collection's name.</summary>
    public string Name => throw new NotImplementedException();

    /// <summary>What the collection is.</summary>
    public CollectionConfig Config => throw new NotImplementedException();

    /// <summary>Inserts points, or replaces those whose id exists: all of them or, on any error, none.</summary>
    public Task<WriteResult> UpsertAsync(IReadOnlyList<Point> points, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Deletes points by id; ids that do not exist are passed over.</summary>
    public Task<WriteResult> DeleteAsync(IReadOnlyList<PointId> ids, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Reads points by id, in the order asked; ids that do not exist are left out.</summary>
    public Task<IReadOnlyList<RetrievedPoint>> GetAsync(IReadOnlyList<PointId> ids, bool withPayload = true, bool withVectors = false, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Finds the points nearest to a query, best first.</summary>
    public Task<IReadOnlyList<ScoredPoint>> SearchAsync(SearchRequest request, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Walks through all (matching) points as of the first step.</summary>
    public IAsyncEnumerable<RetrievedPoint> ScrollAsync(ScrollRequest? request = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Counts live (matching) points, exactly.</summary>
    public Task<long> CountAsync(Filter? filter = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The state of the collection now.</summary>
    public CollectionInfo GetInfo() => throw new NotImplementedException();

    /// <summary>Returns once every row stored before the call is in a graph or in a segment too small for one.</summary>
    /// <param name="progress">Told now and then how many rows still wait.</param>
    /// <param name="cancellationToken">Stops waiting, not indexing.</param>
    public Task WaitForIndexAsync(IProgress<long>? progress = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Seals the growing segment into checksummed files, with its graph, so that reopening loads instead of replaying; then shortens the log.</summary>
    public Task SealAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Reads every file of the collection back and checks every byte.</summary>
    public Task<VerifyReport> VerifyAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
