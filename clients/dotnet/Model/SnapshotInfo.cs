namespace VectorStore.Client;

/// <summary>What is known of one snapshot of a collection.</summary>
public sealed record SnapshotInfo
{
    /// <summary>The snapshot's name.</summary>
    public required string Name { get; init; }

    /// <summary>The collection it was made of.</summary>
    public required string CollectionName { get; init; }

    /// <summary>Why it cannot be used: a sentence with file and offset. Null unless what describes it is damaged; the other members then say nothing.</summary>
    public string? Problem { get; init; }

    /// <summary>It holds every write of the collection up to this log position, and none after.</summary>
    public ulong Lsn { get; init; }

    /// <summary>When it was made, in UTC, to the millisecond.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>What the collection was.</summary>
    public CollectionConfig? Config { get; init; }

    /// <summary>Files in it.</summary>
    public int Files { get; init; }

    /// <summary>Bytes of its files, whether it shares them with the collection or not.</summary>
    public long Bytes { get; init; }

    /// <summary>Bytes of its archive, as a download gives it: the same bytes each time.</summary>
    public long ArchiveBytes { get; init; }

    /// <summary>SHA-256, in hexadecimal, over what it says of itself, the SHA-256 of each of its files included: equal where the snapshots are.</summary>
    public string Checksum { get; init; } = "";
}
