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
            throw new InvalidRequestException(ErrorReason.InvalidName, "collection", "collection: expected the name of one collection, got '*'; the whole database is restored to a moment by RestoreDatabaseSnapshotToAsync");

        Limits.CheckName(target ?? collection, "target");
        return await OnSnapshotAsync(
            collection, snapshot, token => RestoreAsync(collection, snapshot, point, target ?? collection, replace, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes all collections of a snapshot of the whole database out of it and what was written to them after it, up to one time; durable when it returns.</summary>
    /// <param name="snapshot">Its name. The latest one before the time takes the least time.</param>
    /// <param name="point">The time, or the newest there is: then one instant during the call, as for <see cref="CreateSnapshotAsync"/>. Not before the snapshot. A log position says nothing of several collections.</param>
    /// <param name="replace">As for <see cref="RestoreDatabaseSnapshotAsync"/>. What is replaced stays in the archive of the log, so going back may be taken back.</param>
    /// <param name="cancellationToken">Takes effect until the first collection takes its place; nothing has changed then.</param>
    /// <returns>The collections and the position of the last write in each, in ordinal order of their names.</returns>
    /// <remarks>
    /// Whether the logs of all collections reach is known before the first takes its place. The collections are those of the snapshot: one that was deleted or replaced after it is what its own log made of it up to the time;
    /// one that was made after it stays as it is, like every collection that the snapshot does not have. Each log tells the time ten times a second, so of the 100 ms after the time one collection may have writes that
    /// another does not.
    /// </remarks>
    /// <exception cref="InvalidRequestException">
    /// A name is not acceptable, the point is a log position, or the log of a collection does not reach: the message names the collection, what was asked for and what there is (<see cref="ErrorReason.OutOfRange"/>). Nothing has changed.
    /// </exception>
    /// <exception cref="DatabaseStateException">As for <see cref="RestoreDatabaseSnapshotAsync"/>.</exception>
    /// <exception cref="CorruptDataException">The snapshot is damaged, or a log is. Nothing has changed.</exception>
    /// <exception cref="StorageException">As for <see cref="RestoreDatabaseSnapshotAsync"/>.</exception>
    public Task<IReadOnlyList<RestoreResult>> RestoreDatabaseSnapshotToAsync(string snapshot, RestorePoint point, bool replace = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(point);
        return point.Lsn is { } lsn
            ? throw new InvalidRequestException(
                ErrorReason.OutOfRange, "toLsn", $"toLsn: expected a time or the newest, got log position {lsn}: each collection of the whole database has log positions of its own")
            : OnSnapshotAsync(WholeDatabase, snapshot, token => RestoreDatabaseAsync(snapshot, point, replace, token), cancellationToken);
    }

    /// <summary>Where the logs of all collections that are open end, at one instant.</summary>
    private async Task<IReadOnlyDictionary<Guid, ulong>> NoteLogEndsAsync(CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return Collection.NoteTogether([.. _collections.Values.OrderBy(entry => entry.Name, StringComparer.Ordinal).Select(entry => entry.Collection).OfType<Collection>()]);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Makes the files of a collection out of a snapshot and, where a point is given, the records up to it; returns the position of the last write.</summary>
    private ulong Create(
        string snapshot, SnapshotDescriptor descriptor, RestorePoint? point, IReadOnlyDictionary<Guid, ulong>? ends, string aside, string target, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return Collection.CreateFromSnapshot(
                    _fileSystem, snapshot, descriptor, point is null ? null : log => ReplayFor(log, point, ends), aside, target, cancellationToken);
            }
            catch (StorageException gone) when (gone.Errno == StorageException.ErrnoNoEntry && point is not null && attempt < TimelineAttempts)
            {
                TryDelete(aside);
            }
        }
    }

    private LogReplay ReplayFor(Guid identity, RestorePoint point, IReadOnlyDictionary<Guid, ulong>? ends)
    {
        // First how far it is durable, so that what was noted is.
        var (durableLsn, directories) = LogOf(identity);
        return new LogReplay(point, Math.Min(durableLsn, ends?.GetValueOrDefault(identity, ulong.MaxValue) ?? ulong.MaxValue), directories);
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
