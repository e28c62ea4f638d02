using EngineReport = VectorStore.Engine.ScrubReport;
using EngineState = VectorStore.Engine.ScrubState;
using EngineStatus = VectorStore.Engine.ScrubStatus;
using ScrubReport = VectorStore.Protocol.V1.ScrubReport;
using ScrubState = VectorStore.Protocol.V1.ScrubState;
using ScrubStatus = VectorStore.Protocol.V1.ScrubStatus;

namespace VectorStore.Server.Mapping;

/// <summary>What the scrubber does.</summary>
internal static class ScrubStatuses
{
    public static ScrubStatus FromEngine(EngineStatus status)
    {
        var message = new ScrubStatus
        {
            State = status.State switch
            {
                EngineState.Off => ScrubState.Off,
                EngineState.Waiting => ScrubState.Waiting,
                EngineState.Running => ScrubState.Running,
                EngineState.Paused => ScrubState.Paused,
                _ => ScrubState.Unspecified,
            },
            BytesRead = status.BytesRead,
            BytesLeft = status.BytesLeft,
            BytesTotal = status.BytesTotal,
            File = status.File ?? "",
        };
        if (status.PassStarted is { } started)
            message.PassStartedUnixMs = started.ToUnixTimeMilliseconds();
        if (status.LastFullPass is { } finished)
            message.LastFullPassUnixMs = finished.ToUnixTimeMilliseconds();
        if (status.NextPass is { } next)
            message.NextPassUnixMs = next.ToUnixTimeMilliseconds();
        if (status.TimeLeft is { } left)
            message.SecondsLeft = left.TotalSeconds;

        message.Damages.AddRange(status.Damages.Select(CollectionInfos.FromEngine));
        return message;
    }

    public static ScrubReport FromEngine(EngineReport report)
    {
        var message = new ScrubReport
        {
            FilesRead = report.FilesRead,
            BytesRead = report.BytesRead,
            StartedUnixMs = report.Started.ToUnixTimeMilliseconds(),
            FinishedUnixMs = report.Finished.ToUnixTimeMilliseconds(),
        };
        message.Damages.AddRange(report.Damages.Select(CollectionInfos.FromEngine));
        return message;
    }
}
