using VectorStore.Engine;
using VectorStore.Protocol.V1;
using EngineRange = VectorStore.Engine.RestoreRange;
using RestoreRange = VectorStore.Protocol.V1.RestoreRange;

namespace VectorStore.Server.Mapping;

/// <summary>What is kept of logs, and what can be restored by them.</summary>
internal static class LogArchives
{
    public static GetLogArchiveResponse FromEngine(LogArchiveStatus status)
    {
        var response = new GetLogArchiveResponse
        {
            KeepSeconds = (long)(status.KeepTime ?? TimeSpan.Zero).TotalSeconds,
            BytesMax = status.BytesMax ?? 0,
            Bytes = status.Bytes,
            Files = status.Files,
        };
        response.Ranges.AddRange(status.Ranges.Select(FromEngine));
        return response;
    }

    private static RestoreRange FromEngine(EngineRange range)
    {
        var message = new RestoreRange { Collection = range.CollectionName, Snapshot = range.SnapshotName, Problem = range.Problem ?? "" };
        if (range.Problem is not null)
            return message;

        message.FirstLsn = range.FirstLsn;
        message.FirstUnixMs = range.FirstTime.ToUnixTimeMilliseconds();
        message.LastLsn = range.LastLsn;
        message.LastUnixMs = range.LastTime?.ToUnixTimeMilliseconds() ?? 0;
        message.Cut = range.IsCut;
        return message;
    }
}
