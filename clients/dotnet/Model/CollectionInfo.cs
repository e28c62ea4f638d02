namespace VectorStore.Client;

/// <summary>The state of one collection at one moment.</summary>
public sealed record CollectionInfo
{
    /// <summary>The collection's name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it serves.</summary>
    public required CollectionHealth Health { get; init; }

    /// <summary>Why it is red: a sentence with file and offset. Null unless red.</summary>
    public string? Problem { get; init; }

    /// <summary>The file that <see cref="Problem"/> is about, and where in it. Null where no file is to blame.</summary>
    public FileDamage? Damage { get; init; }

    /// <summary>What the collection is. Null where the file that says so is damaged.</summary>
    public CollectionConfig? Config { get; init; }

    /// <summary>Live points, exact.</summary>
    public long Points { get; init; }

    /// <summary>Stored rows that no graph holds yet and that searches scan; 0 once indexing has caught up. Segments too small for a graph do not count.</summary>
    public long PointsWaitingForIndex { get; init; }

    /// <summary>Deleted and replaced rows that still take space.</summary>
    public long RowsDead { get; init; }

    /// <summary>Segments, sealed and mutable.</summary>
    public int Segments { get; init; }

    /// <summary>Recall that the background sampler measured lately, one for each vector it has samples of.</summary>
    public IReadOnlyList<MeasuredRecall> MeasuredRecall { get; init; } = [];

    /// <summary>Log position of the last applied write.</summary>
    public ulong Lsn { get; init; }

    /// <summary>Log position up to which everything is in sealed segments; a restart replays the log from here.</summary>
    public ulong SealedLsn { get; init; }

    /// <summary>Memory for vectors, graphs, ids and row bookkeeping, in bytes.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Files of the collection, in bytes.</summary>
    public long DiskBytes { get; init; }
}
