namespace VectorStore.Engine;

/// <summary>What is known of one snapshot, of a collection or of the whole database.</summary>
public sealed record SnapshotInfo
{
    /// <summary>The snapshot's name.</summary>
    public required string Name { get; init; }

    /// <summary>The collection it was made of; <see cref="VectorDatabase.WholeDatabase"/> where that is all of them.</summary>
    public required string CollectionName { get; init; }

    /// <summary>Why it cannot be used: a sentence with file and offset. Null unless what describes it is damaged; the other members then say nothing.</summary>
    public string? Problem { get; init; }

    /// <summary>It holds every write of the collection up to this log position, and none after. 0 where it is of the whole database: each of <see cref="Collections"/> has one.</summary>
    public ulong Lsn { get; init; }

    /// <summary>When it was made, in UTC, to the millisecond.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>What the collection was. Null where it is of the whole database.</summary>
    public CollectionConfig? Config { get; init; }

    /// <summary>The collections in it where it is of the whole database, in ordinal order of their names; empty where it is of one.</summary>
    public IReadOnlyList<SnapshotMember> Collections { get; init; } = [];

    /// <summary>Files in it.</summary>
    public int Files { get; init; }

    /// <summary>Bytes of its files, whether it shares them with the collection or not.</summary>
    public long Bytes { get; init; }

    /// <summary>Bytes of its archive, as an export writes it: the same bytes each time. Where a base was asked about, of the archive against that.</summary>
    public long ArchiveBytes { get; init; }

    /// <summary>SHA-256, in hexadecimal, over what it says of itself, the SHA-256 of each of its files included: equal where the snapshots are.</summary>
    public string Checksum { get; init; } = "";
}
