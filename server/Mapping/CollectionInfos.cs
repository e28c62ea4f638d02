using CollectionHealth = VectorStore.Protocol.V1.CollectionHealth;
using CollectionInfo = VectorStore.Protocol.V1.CollectionInfo;
using EngineDamage = VectorStore.Engine.FileDamage;
using EngineHealth = VectorStore.Engine.CollectionHealth;
using EngineInfo = VectorStore.Engine.CollectionInfo;
using EngineMeasuredRecall = VectorStore.Engine.MeasuredRecall;
using FileDamage = VectorStore.Protocol.V1.FileDamage;
using MeasuredRecall = VectorStore.Protocol.V1.MeasuredRecall;

namespace VectorStore.Server.Mapping;

/// <summary>States of collections.</summary>
internal static class CollectionInfos
{
    public static CollectionInfo FromEngine(EngineInfo info) => new()
    {
        Name = info.Name,
        Health = info.Health switch
        {
            EngineHealth.Green => CollectionHealth.Green,
            EngineHealth.Yellow => CollectionHealth.Yellow,
            EngineHealth.Red => CollectionHealth.Red,
            _ => CollectionHealth.Unspecified,
        },
        Problem = info.Problem ?? "",
        Damage = info.Damage is { } damage ? FromEngine(damage) : null,
        Config = info.Config is { } config ? CollectionConfigs.FromEngine(config) : null,
        Points = info.Points,
        PointsWaitingForIndex = info.PointsWaitingForIndex,
        RowsDead = info.RowsDead,
        Segments = info.Segments,
        MemoryBytes = info.MemoryBytes,
        DiskBytes = info.DiskBytes,
        Lsn = info.Lsn,
        SealedLsn = info.SealedLsn,
        MeasuredRecall = { info.MeasuredRecall.Select(FromEngine) },
    };

    public static FileDamage FromEngine(EngineDamage damage)
    {
        var message = new FileDamage { File = damage.File, Reason = damage.Reason };
        if (damage.OffsetBytes is { } offset)
            message.OffsetBytes = offset;

        return message;
    }

    private static MeasuredRecall FromEngine(EngineMeasuredRecall measured) =>
        new() { VectorName = measured.VectorName, Recall = measured.Recall, Searches = measured.Searches };
}
