using VectorStore.Engine.Collections;
using VectorStore.Engine.Snapshots;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine;

/// <remarks>
/// A snapshot is restored to a later moment by the records of the log that came after it. Those that sealing has made useless are in the archive where <see cref="DatabaseOptions.LogArchiveTime"/> keeps
/// one, the others in the log of the collection. Each incarnation of a collection has a log of its own; a snapshot belongs to that of its time.
/// </remarks>
public sealed partial class VectorDatabase
{
    // A log file may move into the archive between its being listed and being opened.
    private const int TimelineAttempts = 3;

    /// <summary>Makes a collection out of a snapshot and what was written after it, up to a moment; durable when it returns. Other collections serve meanwhile.</summary>
    /// <param name="collection">Whose snapshot.</param>
    /// <param name="snapshot">Its name. The latest one before the moment takes the least time.</param>
    /// <param name="point">The moment: a log position, a time, or the newest there is. Not before the snapshot.</param>
    /// <param name="target">Name of the collection to be; null for that of <paramref name="collection"/>.</param>
    /// <param name="replace">As for <see cref="RestoreSnapshotAsync"/>. What is replaced stays in the archive of the log, so going back may be taken back.</param>
    /// <param name="cancellationToken">Takes effect until the new collection takes the place of the old one; nothing has changed then.</param>
    /// <remarks>
    /// Works as far as the log is there: with <see cref="DatabaseOptions.LogArchiveTime"/>, from the moment it was set and as long as it says, also for collections that were deleted or replaced since. Without it, only what was
    /// written since the last sealing is. Snapshots that came from elsewhere have no log here.
    /// </remarks>
    /// <exception cref="InvalidRequestException">A name is not acceptable, or the log does not reach the moment: the message says from where to where it does (<see cref="ErrorReason.OutOfRange"/>).</exception>
    /// <exception cref="DatabaseStateException">As for <see cref="RestoreSnapshotAsync"/>.</exception>
    /// <exception cref="CorruptDataException">The snapshot is damaged, or the log is. Nothing has changed.</exception>
    /// <exception cref="StorageException">As for <see cref="RestoreSnapshotAsync"/>.</exception>
    public async Task<RestoreResult> RestoreSnapshotToAsync(
        string collection, string snapshot, RestorePoint point, string? target = null, bool replace = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(point);
        if (collection == WholeDatabase)
            throw new InvalidRequestException(ErrorReason.InvalidName, "collection", "collection: expected the name of one collection, got '*'; collections are restored to a moment one by one");

        Limits.CheckName(target ?? collection, "target");
        return await OnSnapshotAsync(
            collection, snapshot, token => RestoreAsync(collection, snapshot, point, target ?? collection, replace, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the files of a collection out of a snapshot and, where a point is given, the records up to it; returns the position of the last write.</summary>
    private ulong Create(string snapshot, SnapshotDescriptor descriptor, RestorePoint? point, string aside, string target, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return Collection.CreateFromSnapshot(
                    _fileSystem, snapshot, descriptor, point is null ? null : log => ReplayFor(log, point), aside, target, cancellationToken);
            }
            catch (StorageException gone) when (gone.Errno == StorageException.ErrnoNoEntry && point is not null && attempt < TimelineAttempts)
            {
                TryDelete(aside);
            }
        }
    }

    private LogReplay ReplayFor(Guid identity, RestorePoint point)
    {
        var (durableLsn, directories) = LogOf(identity);
        return new LogReplay(point, durableLsn, directories);
    }

    /// <summary>How far a log is durable, and where its files may be.</summary>
    private (ulong DurableLsn, string[] Directories) LogOf(Guid identity)
    {
        string archive = WalArchive.DirectoryOf($"{_directory}/{LogArchive.Name}", identity);
        foreach (var entry in _collections.Values)
        {
            if (entry.Collection is { } open && open.LogIdentity == identity)
                return (open.DurableLsn(), [archive, Collection.LogDirectoryOf(entry.Directory)]);
        }

        // Of a collection that is quarantined the log is there and nobody writes it; of one that is gone, what the archive has.
        var closed = _collections.Values.Where(entry => entry.Collection is null).Select(entry => Collection.LogDirectoryOf(entry.Directory));
        return (ulong.MaxValue, [archive, .. closed]);
    }

    /// <summary>Keeps the log of a collection that is about to be removed. A failure is told and stops nothing: deleting must always work.</summary>
    private void ArchiveLogOf(string directory)
    {
        string log = Collection.LogDirectoryOf(directory);
        try
        {
            if (LogArchive.In(_fileSystem, _directory, _options) is { } archive && _fileSystem.DirectoryExists(log))
                archive.KeepAll(log);
        }
        catch (VectorStoreException problem)
        {
            _options.Log?.Invoke($"the log of {directory} is not kept: {problem.Message}");
        }
    }

    /// <summary>Removes what has been in the archive for long enough, of living collections and of those that are gone.</summary>
    private void PruneLogArchive()
    {
        try
        {
            LogArchive.In(_fileSystem, _directory, _options)?.PruneAll(
                _collections.Values.Where(entry => entry.Collection is not null).Select(entry => entry.Collection!.LogIdentity).ToHashSet());
        }
        catch (VectorStoreException problem)
        {
            _options.Log?.Invoke($"the archive of logs was not tidied up: {problem.Message}");
        }
    }
}
