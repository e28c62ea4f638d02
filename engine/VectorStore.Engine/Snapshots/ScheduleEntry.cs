namespace VectorStore.Engine.Snapshots;

/// <summary>One schedule as it is on disk. See docs/format/snapshot-schedules.md. Times are milliseconds since 1970 UTC; 0: never.</summary>
internal sealed record ScheduleEntry
{
    /// <summary>The collection, or the sign for all of them.</summary>
    public required string CollectionName { get; init; }

    public required long EveryMs { get; init; }

    public required int Keep { get; init; }

    public required string Prefix { get; init; }

    /// <summary>When it was made first.</summary>
    public required long SetMs { get; init; }

    public long LastRunMs { get; init; }

    /// <summary>Empty: none.</summary>
    public string LastSnapshot { get; init; } = "";

    /// <summary>Empty: none.</summary>
    public string LastError { get; init; } = "";

    public long LastErrorMs { get; init; }

    /// <summary>Whether the last run made no snapshot.</summary>
    public bool IsFailing { get; init; }

    /// <summary>The snapshot that was being made when this was written; empty: none.</summary>
    public string Pending { get; init; } = "";

    /// <summary>What it made and has not removed, the oldest first.</summary>
    public IReadOnlyList<ScheduledSnapshot> Made { get; init; } = [];

    /// <summary>When it is due.</summary>
    /// <param name="nowMs">A last run after this is of a clock that was set back: it must not keep us waiting for years.</param>
    /// <param name="retryMs">How soon a run that failed is tried again, at the latest.</param>
    public long DueMs(long nowMs, long retryMs) =>
        LastRunMs == 0 ? SetMs : LastRunMs > nowMs ? nowMs : LastRunMs + (IsFailing ? Math.Min(EveryMs, retryMs) : EveryMs);
}
