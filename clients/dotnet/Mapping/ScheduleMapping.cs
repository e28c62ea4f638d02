using Wire = VectorStore.Protocol.V1;

namespace VectorStore.Client.Mapping;

/// <summary>Schedules of snapshots.</summary>
internal static class ScheduleMapping
{
    public static Wire.SnapshotSchedule ToWire(SnapshotSchedule schedule) => new()
    {
        Collection = schedule.CollectionName,
        EveryMs = (long)schedule.Every.TotalMilliseconds,
        Keep = schedule.Keep,
        Prefix = schedule.Prefix,
    };

    public static SnapshotScheduleStatus FromWire(Wire.SnapshotScheduleStatus? status)
    {
        status ??= new Wire.SnapshotScheduleStatus();
        var schedule = status.Schedule ?? new Wire.SnapshotSchedule();
        return new SnapshotScheduleStatus
        {
            Schedule = new SnapshotSchedule
            {
                CollectionName = schedule.Collection,
                Every = TimeSpan.FromMilliseconds(schedule.EveryMs),
                Keep = schedule.Keep,
                Prefix = schedule.Prefix,
            },
            NextRun = DateTimeOffset.FromUnixTimeMilliseconds(status.NextRunUnixMs),
            LastRun = TimeOrNull(status.LastRunUnixMs),
            LastSnapshot = status.LastSnapshot.Length > 0 ? status.LastSnapshot : null,
            LastError = status.LastError.Length > 0 ? status.LastError : null,
            LastErrorTime = TimeOrNull(status.LastErrorUnixMs),
            IsFailing = status.Failing,
            IsRunning = status.Running,
            Snapshots = [.. status.Snapshots],
        };
    }

    private static DateTimeOffset? TimeOrNull(long milliseconds) => milliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
