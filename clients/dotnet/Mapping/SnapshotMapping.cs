using Wire = VectorStore.Protocol.V1;

namespace VectorStore.Client.Mapping;

/// <summary>What is known of snapshots.</summary>
internal static class SnapshotMapping
{
    public static SnapshotInfo FromWire(Wire.SnapshotInfo? info)
    {
        info ??= new Wire.SnapshotInfo();
        return new SnapshotInfo
        {
            Name = info.Name,
            CollectionName = info.Collection,
            Problem = info.Problem.Length > 0 ? info.Problem : null,
            Lsn = info.Lsn,
            CreatedAt = info.Problem.Length > 0 ? default : DateTimeOffset.FromUnixTimeMilliseconds(info.CreatedUnixMs),
            Collections = [.. info.Collections.Select(member => new SnapshotMember(member.Collection, member.Lsn, member.Checksum))],
            Config = info.Config is { } config ? CollectionMapping.FromWire(config) : null,
            Files = info.Files,
            Bytes = info.Bytes,
            ArchiveBytes = info.ArchiveBytes,
            Checksum = info.Checksum,
        };
    }

    public static Wire.RestorePoint ToWire(RestorePoint point)
    {
        var message = new Wire.RestorePoint();
        if (point.Lsn is { } lsn)
            message.Lsn = lsn;
        else if (point.Time is { } time)
            message.UnixMs = time.ToUnixTimeMilliseconds();
        else
            message.Newest = true;

        return message;
    }
}
