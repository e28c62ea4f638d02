namespace VectorStore.Engine;

/// <summary>What a database keeps of its logs, and which moments snapshots can be restored to by them.</summary>
public sealed record LogArchiveStatus
{
    /// <summary>For so long logs are kept after sealing has made them useless. Null: they are not.</summary>
    public TimeSpan? KeepTime { get; init; }

    /// <summary>Bytes that kept logs may take, the oldest go beyond. Null: any number.</summary>
    public long? BytesMax { get; init; }

    /// <summary>Bytes that they take, over all collections, without the logs that are in use.</summary>
    public long Bytes { get; init; }

    /// <summary>Files of them.</summary>
    public int Files { get; init; }

    /// <summary>From where to where each snapshot can be restored: those of one collection, or of all, by collection and then by name.</summary>
    public IReadOnlyList<RestoreRange> Ranges { get; init; } = [];
}
