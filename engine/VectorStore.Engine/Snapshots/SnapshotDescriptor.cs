using System.Text.Json.Serialization;

namespace VectorStore.Engine.Snapshots;

/// <summary>What a snapshot says of itself. Written last: where it is, the snapshot is whole. See docs/format/snapshot.md.</summary>
internal sealed record SnapshotDescriptor
{
    public required string Name { get; init; }

    /// <summary>The collection it was made of.</summary>
    public required string CollectionName { get; init; }

    /// <summary>Every write up to here is in it, none after.</summary>
    public required ulong Lsn { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null where it is of the whole database.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CollectionConfig? Config { get; init; }

    /// <summary>Sum over <see cref="Files"/>.</summary>
    public required long Bytes { get; init; }

    /// <summary>All files but the descriptor itself, in ordinal order of their names.</summary>
    public required IReadOnlyList<SnapshotFile> Files { get; init; }

    /// <summary>The collections, where it is of the whole database, in ordinal order of their names; null where it is of one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SnapshotMember>? Collections { get; init; }

    /// <summary>SHA-256 of the descriptor's text.</summary>
    [JsonIgnore]
    public string Checksum { get; init; } = "";

    /// <summary>Length of the file that holds it.</summary>
    [JsonIgnore]
    public long FileBytes { get; init; }

    /// <param name="base">What its archive leaves out; null: nothing.</param>
    public SnapshotInfo ToInfo(SnapshotDescriptor? @base = null) => new()
    {
        Name = Name,
        CollectionName = CollectionName,
        Lsn = Lsn,
        CreatedAt = CreatedAt,
        Config = Config,
        Collections = Collections ?? [],
        Files = Files.Count,
        Bytes = Bytes,
        ArchiveBytes = ArchiveStream.LengthOf(this, @base),
        Checksum = Checksum,
    };
}
