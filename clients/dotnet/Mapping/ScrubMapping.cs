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
        BytesTotal = status.BytesTotal,
        File = status.File.Length == 0 ? null : status.File,
        PassStarted = status.HasPassStartedUnixMs ? DateTimeOffset.FromUnixTimeMilliseconds(status.PassStartedUnixMs) : null,
        LastFullPass = status.HasLastFullPassUnixMs ? DateTimeOffset.FromUnixTimeMilliseconds(status.LastFullPassUnixMs) : null,
        Damages = [.. status.Damages.Select(CollectionMapping.FromWire)],
    };
}
