using VectorStore.Engine;
using EngineSchedule = VectorStore.Engine.SnapshotSchedule;
using EngineStatus = VectorStore.Engine.SnapshotScheduleStatus;
using SnapshotSchedule = VectorStore.Protocol.V1.SnapshotSchedule;
using SnapshotScheduleStatus = VectorStore.Protocol.V1.SnapshotScheduleStatus;

namespace VectorStore.Server.Mapping;

/// <summary>Schedules of snapshots.</summary>
internal static class SnapshotSchedules
{
    private const string DefaultPrefix = "scheduled";

    public static EngineSchedule ToEngine(SnapshotSchedule? schedule)
    {
        if (schedule is null)
            throw EngineErrors.Invalid(ErrorReason.EmptyRequest, "schedule", "schedule: expected one");

        // What no time span holds is outside the engine's range in any case; it says so.
        long everyMs = Math.Clamp(schedule.EveryMs, (long)TimeSpan.MinValue.TotalMilliseconds + 1, (long)TimeSpan.MaxValue.TotalMilliseconds - 1);
        return new EngineSchedule
        {
            CollectionName = schedule.Collection,
            Every = TimeSpan.FromMilliseconds(everyMs),
            Keep = schedule.Keep,
            Prefix = schedule.Prefix.Length == 0 ? DefaultPrefix : schedule.Prefix,
        };
    }

    public static SnapshotScheduleStatus FromEngine(EngineStatus status)
    {
        var message = new SnapshotScheduleStatus
        {
            Schedule = new SnapshotSchedule
            {
                Collection = status.Schedule.CollectionName,
                EveryMs = (long)status.Schedule.Every.TotalMilliseconds,
                Keep = status.Schedule.Keep,
                Prefix = status.Schedule.Prefix,
            },
            NextRunUnixMs = status.NextRun.ToUnixTimeMilliseconds(),
            LastRunUnixMs = status.LastRun?.ToUnixTimeMilliseconds() ?? 0,
            LastSnapshot = status.LastSnapshot ?? "",
            LastError = status.LastError ?? "",
            LastErrorUnixMs = status.LastErrorTime?.ToUnixTimeMilliseconds() ?? 0,
            Failing = status.IsFailing,
            Running = status.IsRunning,
        };
        message.Snapshots.AddRange(status.Snapshots);
        return message;
    }
}
