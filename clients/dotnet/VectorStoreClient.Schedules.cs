using VectorStore.Client.Calls;
using VectorStore.Client.Mapping;
using VectorStore.Protocol.V1;

namespace VectorStore.Client;

public sealed partial class VectorStoreClient
{
    /// <summary>Has the server make snapshots of a collection, or of the whole database, by itself; durable when it returns. The first one is made at once. Repeated where the connection is lost: setting twice is setting once.</summary>
    /// <param name="schedule">Replaces the schedule of the same collection where there is one; what that made counts on, and when the next is due follows from when the last was made.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; it may be set all the same.</param>
    /// <remarks>A time that was missed while the server did not run is made up once. Only snapshots that a schedule itself made are removed by it, the oldest first, each after a new one was made.</remarks>
    /// <exception cref="InvalidRequestException">A number is outside its range, or a name not acceptable.</exception>
    /// <exception cref="DatabaseStateException">No such collection.</exception>
    /// <exception cref="CorruptDataException">The file of all schedules is damaged.</exception>
    public async Task<SnapshotScheduleStatus> SetSnapshotScheduleAsync(SnapshotSchedule schedule, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var request = new SetSnapshotScheduleRequest { Schedule = ScheduleMapping.ToWire(schedule) };
        return ScheduleMapping.FromWire((await CallAsync(ServiceMethods.SetSnapshotSchedule, request, CallKind.Repeatable, cancellationToken).ConfigureAwait(false)).Status);
    }

    /// <summary>All schedules of snapshots, in ordinal order of their collections, that of the whole database first; and what became of each.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="CorruptDataException">The file of all schedules is damaged.</exception>
    public async Task<IReadOnlyList<SnapshotScheduleStatus>> ListSnapshotSchedulesAsync(CancellationToken cancellationToken = default)
    {
        var response = await CallAsync(ServiceMethods.ListSnapshotSchedules, new ListSnapshotSchedulesRequest(), CallKind.Repeatable, cancellationToken).ConfigureAwait(false);
        return [.. response.Schedules.Select(ScheduleMapping.FromWire)];
    }

    /// <summary>Forgets a schedule; durable when it returns. The snapshots that it made stay. Repeated only where no connection was made; after a lost connection it may be forgotten.</summary>
    /// <param name="collection">Whose schedule: a collection's, which need not be there any more, or <see cref="WholeDatabase"/>.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; it may be forgotten all the same.</param>
    /// <exception cref="DatabaseStateException">It has no schedule (<see cref="ErrorReason.ScheduleNotFound"/>).</exception>
    public Task RemoveSnapshotScheduleAsync(string collection, CancellationToken cancellationToken = default) =>
        CallAsync(ServiceMethods.RemoveSnapshotSchedule, new RemoveSnapshotScheduleRequest { Collection = Checked(collection) }, CallKind.Once, cancellationToken);
}
