using Wire = VectorStore.Protocol.V1;

namespace VectorStore.Client.Mapping;

/// <summary>What the scrubber does.</summary>
internal static class ScrubMapping
{
    public static ScrubStatus FromWire(Wire.ScrubStatus status) => new()
    {
        State = status.State switch
        {
            Wire.ScrubState.Waiting => ScrubState.Waiting,
            Wire.ScrubState.Running => ScrubState.Running,
            Wire.ScrubState.Paused => ScrubState.Paused,
            _ => ScrubState.Off,
        },
        BytesRead = status.BytesRead,
        BytesLeft = status.BytesLeft,
        BytesTotal = status.BytesTotal,
        TimeLeft = status.HasSecondsLeft ? TimeSpan.FromSeconds(status.SecondsLeft) : null,
        File = status.File.Length == 0 ? null : status.File,
        PassStarted = status.HasPassStartedUnixMs ? DateTimeOffset.FromUnixTimeMilliseconds(status.PassStartedUnixMs) : null,
        LastFullPass = status.HasLastFullPassUnixMs ? DateTimeOffset.FromUnixTimeMilliseconds(status.LastFullPassUnixMs) : null,
        NextPass = status.HasNextPassUnixMs ? DateTimeOffset.FromUnixTimeMilliseconds(status.NextPassUnixMs) : null,
        Damages = [.. status.Damages.Select(CollectionMapping.FromWire)],
    };

    public static ScrubReport FromWire(Wire.ScrubReport report) => new(
        report.FilesRead,
        report.BytesRead,
        DateTimeOffset.FromUnixTimeMilliseconds(report.StartedUnixMs),
        DateTimeOffset.FromUnixTimeMilliseconds(report.FinishedUnixMs),
        [.. report.Damages.Select(CollectionMapping.FromWire)]);
}
