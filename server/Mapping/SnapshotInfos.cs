using VectorStore.Protocol.V1;
using EngineInfo = VectorStore.Engine.SnapshotInfo;

namespace VectorStore.Server.Mapping;

/// <summary>What is known of snapshots.</summary>
internal static class SnapshotInfos
{
    public static SnapshotInfo FromEngine(EngineInfo info)
    {
        var message = new SnapshotInfo { Name = info.Name, Collection = info.CollectionName, Problem = info.Problem ?? "" };
        if (info.Problem is not null)
            return message;

        message.Lsn = info.Lsn;
        message.CreatedUnixMs = info.CreatedAt.ToUnixTimeMilliseconds();
        message.Config = info.Config is { } config ? CollectionConfigs.FromEngine(config) : null;
        message.Files = info.Files;
        message.Bytes = info.Bytes;
        message.Checksum = info.Checksum;
        message.ArchiveBytes = info.ArchiveBytes;
        message.Collections.AddRange(info.Collections.Select(member => new SnapshotMember { Collection = member.CollectionName, Lsn = member.Lsn, Checksum = member.Checksum }));
        return message;
    }
}
