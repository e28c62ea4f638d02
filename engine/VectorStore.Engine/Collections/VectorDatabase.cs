using System.Collections.Concurrent;
using System.Security.Cryptography;
using VectorStore.Engine.Collections;
using VectorStore.Engine.Snapshots;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Threads;

namespace VectorStore.Engine;

/// <summary>An open data directory. All members are thread-safe; dispose once, after which every call reports the database as closed.</summary>
/// <remarks>
/// <code>
/// await using var database = await VectorDatabase.OpenAsync("./data");
/// var pictures = await database.CreateCollectionAsync("pictures", CollectionConfig.WithVector("image", 784, Metric.Euclidean));
/// await pictures.UpsertAsync([new Point(1, vector, Payload.FromJson("""{"label": 3}"""))]);
/// var nearest = await pictures.SearchAsync(new SearchRequest { Vector = query, Limit = 10 });
/// </code>
/// One process at a time may have a directory open. A damaged collection is quarantined: it is listed as red with the reason, refuses calls, and
/// the others serve.
/// </remarks>
public sealed partial class VectorDatabase : IAsyncDisposable
{
    private readonly IFileSystem _fileSystem;
    private readonly string _directory;
    private readonly DatabaseOptions _options;
    private readonly IDisposable _directoryLock;
    private readonly IndexWorkers _workers;
    private readonly CpuBudget _cpuBudget;
    private readonly SnapshotGate _snapshotGate = new();
    private readonly SnapshotStore _snapshots;

    // Set before the first collection opens; null where a directory is repaired.
    private SpaceGuard? _space;

    // Open collections by name. Read without a lock; changed under _changing.
    private readonly ConcurrentDictionary<string, OpenCollection> _collections = new(StringComparer.Ordinal);

    // Creating and deleting, one at a time.
    private readonly SemaphoreSlim _changing = new(1, 1);

    private int _closed;

    private VectorDatabase(IFileSystem fileSystem, string directory, DatabaseOptions options, IDisposable directoryLock)
    {
        _fileSystem = fileSystem;
        _directory = directory;
        _options = options;
        _directoryLock = directoryLock;
        _snapshots = new SnapshotStore(fileSystem, $"{directory}/{SnapshotsName}", _snapshotGate, options.Log);
        int threads = options.IndexThreads ?? Environment.ProcessorCount;
        _cpuBudget = new CpuBudget(options.OptimizerCpuShare, Environment.ProcessorCount, threads);
        _workers = new IndexWorkers(
            threads,
            () => [.. _collections.Values.Where(entry => entry.Collection is not null).Select(entry => entry.Collection!)],
            options.Log);
    }

    /// <summary>Makes a collection; durable when it returns.</summary>
    /// <param name="name">Letters, digits, '.', '_' and '-', 1 to 128 characters, not starting with a dot.</param>
    /// <param name="config">What the collection is; cannot change later.</param>
    /// <param name="cancellationToken">Takes effect only before anything is written.</param>
    /// <exception cref="InvalidRequestException">The name or the configuration is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">There is a collection of that name.</exception>
    /// <exception cref="StorageException">The disk is full, or fuller than <see cref="DatabaseOptions.FreeSpaceFloorBytes"/> allows; there is no collection.</exception>
    public async Task<Collection> CreateCollectionAsync(string name, CollectionConfig config, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(name, "collection");
        Limits.CheckConfig(config);
        ThrowIfClosed();
        _space!.ThrowIfBelowFloor();
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ThrowIfClosed();
            if (_collections.ContainsKey(name))
                throw new DatabaseStateException(ErrorReason.CollectionAlreadyExists, $"collection '{name}' exists already");

            // Every incarnation has a directory of its own, so nothing of a deleted one can get into its successor.
            string incarnation = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
            string aside = $"{CollectionsDirectory}/{UnfinishedPrefix}{name}{IncarnationSeparator}{incarnation}";
            string directory = $"{CollectionsDirectory}/{name}{IncarnationSeparator}{incarnation}";
            try
            {
                Collection.Create(_fileSystem, aside, name, config, _options);
                _fileSystem.Rename(aside, directory);
                _fileSystem.SyncDirectory(CollectionsDirectory);
            }
            catch (StorageException)
            {
                TryDelete(aside);
                throw;
            }

            var collection = Collection.Open(_fileSystem, directory, _options, _workers, _cpuBudget, _snapshots, _space);
            _collections[name] = new OpenCollection(name, directory, collection, Problem: null);
            return collection;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>The collection of a name.</summary>
    /// <exception cref="DatabaseStateException">No such collection, or it is damaged and quarantined.</exception>
    public Collection GetCollection(string name)
    {
        ThrowIfClosed();
        var entry = Find(name);
        return entry.Collection ?? throw new DatabaseStateException(
            ErrorReason.CollectionDamaged,
            $"collection '{name}' is damaged and refused; other collections serve. Restore it from a copy, or delete it. Cause: {entry.Problem!.Message}",
            entry.Problem);
    }

    /// <summary>All collections by name, the quarantined ones included.</summary>
    public IReadOnlyList<CollectionInfo> ListCollections()
    {
        ThrowIfClosed();
        return [.. _collections.Values.OrderBy(entry => entry.Name, StringComparer.Ordinal).Select(InfoOrNull).OfType<CollectionInfo>()];
    }

    /// <summary>Deletes a collection with all its points, a quarantined one too; durable when it returns. Its snapshots stay.</summary>
    /// <exception cref="DatabaseStateException">No such collection.</exception>
    public async Task DeleteCollectionAsync(string name, CancellationToken cancellationToken = default)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ThrowIfClosed();
            var entry = Find(name);
            string directory = entry.Directory;
            string aside = $"{CollectionsDirectory}/{UnfinishedPrefix}{directory[(directory.LastIndexOf('/') + 1)..]}";
            if (entry.Collection is { } collection)
                await collection.CloseAsync(sealFirst: false).ConfigureAwait(false);

            RemoveReplaced(name, directory);
            ArchiveLogOf(directory);

            // Gone once the rename is durable; start-up removes what a crash leaves of the rest.
            _collections.TryRemove(name, out _);
            await _space!.RunAsync(() =>
            {
                _fileSystem.Rename(directory, aside);
                return Task.FromResult(true);
            }).ConfigureAwait(false);
            _fileSystem.SyncDirectory(CollectionsDirectory);
            TryDelete(aside);
            PruneLogArchive();
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Waits for running writes and background work to stop, syncs, and gives the directory back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;

        _scrubber?.Dispose();
        if (_scheduler is not null)
            await _scheduler.DisposeAsync().ConfigureAwait(false);

        await _snapshotGate.DisposeAsync().ConfigureAwait(false);
        await _changing.WaitAsync().ConfigureAwait(false);
        try
        {
            foreach (var entry in _collections.Values)
            {
                if (entry.Collection is { } collection)
                    await collection.CloseAsync(sealFirst: true).ConfigureAwait(false);
            }
        }
        finally
        {
            _workers.Dispose();
            _space?.Dispose();
            _directoryLock.Dispose();
            _changing.Dispose();
        }
    }

    private OpenCollection Find(string name) =>
        name is not null && _collections.TryGetValue(name, out var entry)
            ? entry
            : throw new DatabaseStateException(ErrorReason.CollectionNotFound, $"there is no collection '{name}'");

    /// <summary>Null where the collection is being deleted at this moment.</summary>
    private static CollectionInfo? InfoOrNull(OpenCollection entry)
    {
        try
        {
            return entry.GetInfo();
        }
        catch (DatabaseStateException problem) when (problem.Reason == ErrorReason.Closed)
        {
            return null;
        }
    }

    private void ThrowIfClosed()
    {
        if (Volatile.Read(ref _closed) != 0)
            throw new DatabaseStateException(ErrorReason.Closed, $"the database in {_directory} is closed");
    }

    private void TryDelete(string directory)
    {
        try
        {
            if (_fileSystem.DirectoryExists(directory))
                _fileSystem.DeleteDirectory(directory);
        }
        catch (StorageException problem)
        {
            _options.Log?.Invoke($"{directory} could not be removed and will be at the next start: {problem.Message}");
        }
    }

    /// <summary>A collection that serves, or the reason why it does not.</summary>
    private sealed record OpenCollection(string Name, string Directory, Collection? Collection, VectorStoreException? Problem)
    {
        public CollectionInfo GetInfo() =>
            Collection?.GetInfo() ?? new CollectionInfo { Name = Name, Health = CollectionHealth.Red, Problem = Problem!.Message, Damage = FileDamage.From(Problem) };
    }
}
