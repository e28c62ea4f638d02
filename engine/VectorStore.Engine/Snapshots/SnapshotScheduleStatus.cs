namespace VectorStore.Engine;

/// <summary>A schedule, and what became of it so far.</summary>
public sealed record SnapshotScheduleStatus
{
    /// <summary>The schedule.</summary>
    public required SnapshotSchedule Schedule { get; init; }

    /// <summary>When a snapshot is due next; in the past while one is being made, or where nobody has had the database open since.</summary>
    public required DateTimeOffset NextRun { get; init; }

    /// <summary>When making one began last, whether it succeeded or not. Null: never.</summary>
    public DateTimeOffset? LastRun { get; init; }

    /// <summary>The last snapshot that was made. Null: none was. It may be gone by now.</summary>
    public string? LastSnapshot { get; init; }

    /// <summary>What went wrong last, a sentence; it stays when later runs succeed. Null: nothing ever did.</summary>
    public string? LastError { get; init; }

    /// <summary>When that was.</summary>
    public DateTimeOffset? LastErrorTime { get; init; }

    /// <summary>Whether the last run made no snapshot. It is tried again after 10 minutes, or after <see cref="SnapshotSchedule.Every"/> where that is shorter.</summary>
    public bool IsFailing { get; init; }

    /// <summary>Whether one is being made now.</summary>
    public bool IsRunning { get; init; }

    /// <summary>Its snapshots that are there, as far as is known, the oldest first.</summary>
    public IReadOnlyList<string> Snapshots { get; init; } = [];
}
