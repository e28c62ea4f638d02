namespace VectorStore.Engine;

/// <summary>An open data directory. All members are thread-safe; dispose once, after which every call reports the database as closed.</summary>
public sealed class VectorDatabase : IAsyncDisposable
{
    /// <summary>Opens a data directory, making it where it does not exist, and recovers its collections.</summary>
    public static Task<VectorDatabase> OpenAsync(string directory, DatabaseOptions? options = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Makes a collection; durable when it returns.</summary>
    public Task<Collection> CreateCollectionAsync(string name, CollectionConfig config, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The collection of a name.</summary>
    /// <exception cref="DatabaseStateException">No such collection, or it is damaged and quarantined.</exception>
    public Collection GetCollection(string name) => throw new NotImplementedException();

    /// <summary>All collections by name, the quarantined ones included.</summary>
    public IReadOnlyList<CollectionInfo> ListCollections() => throw new NotImplementedException();

    /// <summary>Deletes a collection with all its points, a quarantined one too; durable when it returns.</summary>
    public Task DeleteCollectionAsync(string name, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Reads every file of one collection back, a quarantined one too, and checks every byte.</summary>
    public Task<VerifyReport> VerifyCollectionAsync(string name, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Waits for running writes and background work to stop, syncs, and gives the directory back.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
