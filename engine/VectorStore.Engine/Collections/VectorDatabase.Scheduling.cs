using VectorStore.Engine.Collections;
using VectorStore.Engine.Snapshots;

namespace VectorStore.Engine;

public sealed partial class VectorDatabase
{
    // Set once the collections are open.
    private SnapshotScheduler? _scheduler;

    /// <summary>Has snapshots of a collection, or of the whole database, made by themselves; durable when it returns. The first one is made at once.</summary>
    /// <param name="schedule">Replaces the schedule of the same collection where there is one; what that made counts on, and when the next is due follows from when the last was made.</param>
    /// <param name="cancellationToken">Takes effect only before anything is written.</param>
    /// <remarks>
    /// They are made while a process has the database open, unless <see cref="DatabaseOptions.RunsSnapshotSchedules"/> says otherwise. Where nobody had at the time, one is made when somebody has, however many were missed.
    /// One that fails is tried again after 10 minutes, or after <see cref="SnapshotSchedule.Every"/> where that is shorter, and <see cref="ListSnapshotSchedules"/> says why.
    /// Only snapshots that a schedule itself made are removed by it, the oldest first, each after a new one was made.
    /// </remarks>
    /// <exception cref="InvalidRequestException">A number is outside its range, or a name not acceptable.</exception>
    /// <exception cref="DatabaseStateException">No such collection.</exception>
    /// <exception cref="CorruptDataException">The file of all schedules, SCHEDULES in the data directory, is damaged. Remove it to begin anew.</exception>
    /// <exception cref="StorageException">It could not be written. Unless the very last sync failed, the schedule before stands.</exception>
    public async Task<SnapshotScheduleStatus> SetSnapshotScheduleAsync(SnapshotSchedule schedule, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        Limits.CheckSchedule(schedule);
        ThrowIfClosed();
        if (schedule.CollectionName != WholeDatabase)
            Find(schedule.CollectionName);

        return await Task.Run(() => _scheduler!.Set(schedule), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets a schedule; durable when it returns. The snapshots that it made stay, and nothing removes them by itself any more.</summary>
    /// <param name="collection">Whose schedule: a collection's, which need not be there any more, or <see cref="WholeDatabase"/>.</param>
    /// <param name="cancellationToken">Takes effect only before anything is written.</param>
    /// <exception cref="InvalidRequestException">The name is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">It has no schedule (<see cref="ErrorReason.ScheduleNotFound"/>).</exception>
    /// <exception cref="CorruptDataException">The file of all schedules is damaged.</exception>
    /// <exception cref="StorageException">The file could not be written. Unless the very last sync failed, the schedule stands.</exception>
    public async Task RemoveSnapshotScheduleAsync(string collection, CancellationToken cancellationToken = default)
    {
        Limits.CheckCollectionOrAll(collection);
        ThrowIfClosed();
        if (!await Task.Run(() => _scheduler!.Remove(collection), cancellationToken).ConfigureAwait(false))
            throw new DatabaseStateException(ErrorReason.ScheduleNotFound, $"there is no schedule of snapshots of {SnapshotFormat.Whose(collection)}");
    }

    /// <summary>All schedules of snapshots, in ordinal order of their collections, that of the whole database first; and what became of each.</summary>
    /// <exception cref="CorruptDataException">The file of all schedules is damaged.</exception>
    /// <exception cref="UnsupportedFormatVersionException">A newer version wrote it.</exception>
    public IReadOnlyList<SnapshotScheduleStatus> ListSnapshotSchedules()
    {
        ThrowIfClosed();
        return _scheduler!.List();
    }

    /// <summary>Makes the snapshots that are due now, and returns when that is done or has failed.</summary>
    internal Task RunDueSnapshotsAsync(CancellationToken cancellationToken = default) => _scheduler!.RunDueAsync(cancellationToken);

    private ScheduledWork ScheduledWork() => new(
        (collection, name, token) => collection == WholeDatabase ? CreateSnapshotAsync(name, token) : GetCollection(collection).CreateSnapshotAsync(name, token),
        (collection, name) => _snapshots.Exists(collection, name) ? _snapshots.Describe(collection, name) : null,
        (collection, old, token) => OnSnapshotAsync(
            collection,
            old.Name,
            async _ => _snapshots.Exists(collection, old.Name) && _snapshots.Describe(collection, old.Name).Checksum == old.Checksum && await _space!.RunAsync(() =>
            {
                _snapshots.Delete(collection, old.Name);
                return Task.FromResult(true);
            }).ConfigureAwait(false),
            token));
}
