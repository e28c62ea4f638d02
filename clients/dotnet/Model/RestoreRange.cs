namespace VectorStore.Client;

/// <summary>The moments that one snapshot of a collection can be restored to: its own, and every later one as far as the log behind it is there without a gap.</summary>
/// <remarks>As the headers of the log's files and the last file say; damage in between shows once it is read, and is an error then.</remarks>
public sealed record RestoreRange
{
    /// <summary>The collection whose snapshot it is; it may be gone.</summary>
    public required string CollectionName { get; init; }

    /// <summary>The snapshot's name.</summary>
    public required string SnapshotName { get; init; }

    /// <summary>Why nothing can be said: a sentence. Null unless the snapshot or a file of the log is damaged; the other members then say nothing.</summary>
    public string? Problem { get; init; }

    /// <summary>The log position of the snapshot itself.</summary>
    public ulong FirstLsn { get; init; }

    /// <summary>When the snapshot was made, in UTC.</summary>
    public DateTimeOffset FirstTime { get; init; }

    /// <summary>The last log position that can be restored; <see cref="FirstLsn"/> where the log behind the snapshot is not here.</summary>
    public ulong LastLsn { get; init; }

    /// <summary>The last time within the range that the log tells, in UTC; what is in reach was written until then, or within 100 ms. Null where the log behind the snapshot tells none: it does where logs are kept.</summary>
    public DateTimeOffset? LastTime { get; init; }

    /// <summary>Whether there are later writes to that log that cannot be reached, because some between are not kept any more.</summary>
    public bool IsCut { get; init; }
}
