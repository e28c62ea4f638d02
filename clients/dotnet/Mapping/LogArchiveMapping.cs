using Wire = VectorStore.Protocol.V1;

namespace VectorStore.Client.Mapping;

/// <summary>What is kept of logs, and what can be restored by them.</summary>
internal static class LogArchiveMapping
{
    public static LogArchiveStatus FromWire(Wire.GetLogArchiveResponse response) => new()
    {
        KeepTime = response.KeepSeconds == 0 ? null : TimeSpan.FromSeconds(response.KeepSeconds),
        BytesMax = response.BytesMax == 0 ? null : response.BytesMax,
        Bytes = response.Bytes,
        Files = response.Files,
        Ranges = [.. response.Ranges.Select(FromWire)],
    };

    private static RestoreRange FromWire(Wire.RestoreRange range)
    {
        var named = new RestoreRange { CollectionName = range.Collection, SnapshotName = range.Snapshot, Problem = range.Problem.Length > 0 ? range.Problem : null };
        return named.Problem is not null ? named : named with
        {
            FirstLsn = range.FirstLsn,
            FirstTime = DateTimeOffset.FromUnixTimeMilliseconds(range.FirstUnixMs),
            LastLsn = range.LastLsn,
            LastTime = range.LastUnixMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(range.LastUnixMs),
            IsCut = range.Cut,
        };
    }
}
