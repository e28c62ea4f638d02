using System.Security.Cryptography;
using VectorStore.Engine.Collections;
using VectorStore.Engine.Snapshots;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine;

/// <remarks>
/// Replacing a collection, in an order that a crash at any point leaves the old one or the new: build beside → try it out → write into it which directory it replaces → close the
/// old one → give the new one its name and sync: from here on it is the collection → remove the old one, now or at the next start.
/// </remarks>
public sealed partial class VectorDatabase
{
    /// <summary>In the directory of a restored collection: the directory that it takes the place of, with a checksum. Says nothing once that one is gone.</summary>
    private const string ReplacesFile = "REPLACES";

    private const int ReplacesBytesMax = 512;

    /// <summary>Makes a collection out of a snapshot; durable when it returns. Other collections serve meanwhile.</summary>
    /// <param name="collection">Whose snapshot.</param>
    /// <param name="snapshot">Its name.</param>
    /// <param name="target">Name of the collection to be; null for that of <paramref name="collection"/>.</param>
    /// <param name="replace">
    /// Whether a collection of that name may be replaced, a quarantined one too. Writes to it are lost with it, those answered during the call included; whoever holds it then finds it closed. For
    /// the time of the call both are in memory.
    /// </param>
    /// <param name="cancellationToken">Takes effect until the new collection takes the place of the old one; nothing has changed then.</param>
    /// <remarks>The snapshot is verified whole first. After a crash at any point there is the old collection or the new one, whole.</remarks>
    /// <exception cref="InvalidRequestException">A name is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">No such snapshot (<see cref="ErrorReason.SnapshotNotFound"/>), or there is a collection of the name and it may not be replaced (<see cref="ErrorReason.CollectionAlreadyExists"/>).</exception>
    /// <exception cref="CorruptDataException">The snapshot is damaged (<see cref="ErrorReason.SnapshotDamaged"/>). Nothing has changed.</exception>
    /// <exception cref="StorageException">A file could not be written. Nothing has changed, unless the very last sync failed: then reopening the database tells which collection is there, and until then it is refused.</exception>
    public async Task<Collection> RestoreSnapshotAsync(
        string collection, string snapshot, string? target = null, bool replace = false, CancellationToken cancellationToken = default)
    {
        if (collection == WholeDatabase)
            throw new InvalidRequestException(ErrorReason.InvalidName, "collection", "collection: expected the name of one collection; the whole database is restored by RestoreDatabaseSnapshotAsync");

        Limits.CheckName(target ?? collection, "target");
        var restored = await OnSnapshotAsync(
            collection, snapshot, token => RestoreAsync(collection, snapshot, point: null, target ?? collection, replace, token), cancellationToken).ConfigureAwait(false);
        return restored.Collection;
    }

    private async Task<RestoreResult> RestoreAsync(string collection, string snapshot, RestorePoint? point, string target, bool replace, CancellationToken cancellationToken)
    {
        _snapshots.ThrowIfMissing(collection, snapshot);
        ThrowIfTaken(target, replace);
        string entry = NewEntry(target);
        string aside = $"{CollectionsDirectory}/{UnfinishedPrefix}{entry}";
        try
        {
            ulong lsn = await BuildAsync(collection, snapshot, point, aside, target, cancellationToken).ConfigureAwait(false);
            await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                ThrowIfTaken(target, replace);
                return new RestoreResult(await PutInPlaceAsync(target, aside, $"{CollectionsDirectory}/{entry}").ConfigureAwait(false), lsn);
            }
            finally
            {
                _changing.Release();
            }
        }
        catch
        {
            TryDelete(aside);
            throw;
        }
    }

    /// <summary>Makes the files of the collection in a directory that nobody knows yet, out of a snapshot that is verified before and tried out after.</summary>
    private async Task<ulong> BuildAsync(string collection, string snapshot, RestorePoint? point, string aside, string target, CancellationToken cancellationToken)
    {
        string source = _snapshots.DirectoryOf(collection, snapshot);
        try
        {
            ThrowIfDamaged(Collection.VerifySnapshot(_fileSystem, source, collection, read: null, cancellationToken), source);
            return await BuildAsync(source, _snapshots.Read(collection, snapshot), point, ends: null, aside, target, cancellationToken).ConfigureAwait(false);
        }
        catch (CorruptDataException damage) when (point is null || damage.File.StartsWith(source, StringComparison.Ordinal))
        {
            throw new CorruptDataException(ErrorReason.SnapshotDamaged, damage);
        }
    }

    /// <summary>The same of a snapshot that was verified.</summary>
    private async Task<ulong> BuildAsync(
        string source, SnapshotDescriptor descriptor, RestorePoint? point, IReadOnlyDictionary<Guid, ulong>? ends, string aside, string target, CancellationToken cancellationToken)
    {
        ulong lsn = Create(source, descriptor, point, ends, aside, target, cancellationToken);
        await Collection.TryOutAsync(_fileSystem, aside, _options, _workers, _cpuBudget, _snapshots).ConfigureAwait(false);
        return lsn;
    }

    /// <summary>Name of the directory of a new incarnation.</summary>
    private static string NewEntry(string name) => $"{name}{IncarnationSeparator}{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";

    private void ThrowIfTaken(string target, bool replace)
    {
        if (!replace && _collections.ContainsKey(target))
            throw new DatabaseStateException(ErrorReason.CollectionAlreadyExists, $"collection '{target}' exists already; restore to another name, or say that it may be replaced");
    }

    /// <summary>Gives a whole collection its name, instead of the one that has it. Under _changing.</summary>
    private async Task<Collection> PutInPlaceAsync(string name, string aside, string directory)
    {
        var old = _collections.GetValueOrDefault(name);
        if (old is not null)
        {
            _fileSystem.WriteAtomically($"{aside}/{ReplacesFile}", CheckedText.Write(EntryOf(old.Directory)));

            // What it answers from here on would be lost.
            if (old.Collection is { } closing)
                await closing.CloseAsync(sealFirst: false).ConfigureAwait(false);
        }

        try
        {
            _fileSystem.Rename(aside, directory);
        }
        catch (StorageException)
        {
            if (old is not null)
                OpenAgain(name, old.Directory);

            throw;
        }

        try
        {
            _fileSystem.SyncDirectory(CollectionsDirectory);
        }
        catch (StorageException problem)
        {
            // Taking the name back is no more certain than having given it.
            var unknown = new DatabaseStateException(
                ErrorReason.CollectionReadOnly,
                $"collection '{name}' was being restored when the disk failed; which one is there is known once the database is opened again: {problem.Message}",
                problem);
            _collections[name] = new OpenCollection(name, directory, Collection: null, unknown);
            throw;
        }

        if (old is not null)
        {
            try
            {
                RemoveReplaced(name, directory);
            }
            catch (StorageException problem)
            {
                _options.Log?.Invoke($"{old.Directory} was replaced and will be removed at the next start: {problem.Message}");
            }
        }

        return OpenAgain(name, directory);
    }

    private Collection OpenAgain(string name, string directory)
    {
        try
        {
            var collection = Collection.Open(_fileSystem, directory, _options, _workers, _cpuBudget, _snapshots, _space);
            _collections[name] = new OpenCollection(name, directory, collection, Problem: null);
            _workers.Wake();
            return collection;
        }
        catch (VectorStoreException problem)
        {
            _options.Log?.Invoke($"collection '{name}' is quarantined: {problem.Message}");
            _collections[name] = new OpenCollection(name, directory, Collection: null, problem);
            throw;
        }
    }

    /// <summary>Takes its name from every other directory of a collection; durable when it returns. One whose replacement were deleted before it would come back.</summary>
    private void RemoveReplaced(string name, string directory)
    {
        string kept = EntryOf(directory);
        foreach (string entry in _fileSystem.ListDirectories(CollectionsDirectory).Where(entry => entry != kept && NameOf(entry) == name).ToList())
        {
            string aside = $"{CollectionsDirectory}/{UnfinishedPrefix}{entry}";
            ArchiveLogOf($"{CollectionsDirectory}/{entry}");
            _fileSystem.Rename($"{CollectionsDirectory}/{entry}", aside);
            _fileSystem.SyncDirectory(CollectionsDirectory);
            TryDelete(aside);
        }
    }

    /// <summary>The directory that is the collection, where a crash has left the one that it replaced too; that one is removed.</summary>
    private string PickIncarnation(IReadOnlyList<string> entries)
    {
        string left = FindReplacing(entries);
        if (entries.Count == 1)
            return left;

        try
        {
            RemoveReplaced(NameOf(left), left);
        }
        catch (StorageException problem)
        {
            _options.Log?.Invoke($"what {left} replaced could not be removed and will be at the next start: {problem.Message}");
        }

        return left;
    }

    /// <summary>The one of several directories of a name that took the place of the others.</summary>
    /// <exception cref="CorruptDataException">Nothing says which.</exception>
    private string FindReplacing(IReadOnlyList<string> entries)
    {
        if (entries.Count == 1)
            return entries[0];

        var replaced = entries.Select(ReadReplaced).ToHashSet(StringComparer.Ordinal);
        var left = entries.Where(entry => !replaced.Contains(entry)).ToList();
        return left.Count == 1
            ? left[0]
            : throw new CorruptDataException($"{CollectionsDirectory}/{entries[^1]}", 0, $"{entries.Count} directories are of collection '{NameOf(entries[0])}', and which replaced which is not known");
    }

    private string? ReadReplaced(string entry)
    {
        string path = $"{CollectionsDirectory}/{entry}/{ReplacesFile}";
        if (!_fileSystem.FileExists(path))
            return null;

        return CheckedText.Read(_fileSystem.ReadAllBytes(path, ReplacesBytesMax))
            ?? throw new CorruptDataException(path, 0, "it does not name a directory with its checksum");
    }

    private static string EntryOf(string directory) => directory[(directory.LastIndexOf('/') + 1)..];
}
