namespace VectorStore.Engine;

/// <summary>When snapshots of a collection, or of the whole database, are made by themselves, and how many of them stay. Immutable.</summary>
public sealed record SnapshotSchedule
{
    /// <summary>Fewest and most of <see cref="Keep"/>.</summary>
    public const int KeepMin = 1;

    /// <summary>Most that <see cref="Keep"/> may be.</summary>
    public const int KeepMax = 1_000;

    /// <summary>Most characters of <see cref="Prefix"/>.</summary>
    public const int PrefixLengthMax = 64;

    /// <summary>Shortest time between two snapshots: 1 minute.</summary>
    public static TimeSpan EveryMin { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest time between two snapshots: 366 days.</summary>
    public static TimeSpan EveryMax { get; } = TimeSpan.FromDays(366);

    /// <summary>The collection, or <see cref="VectorDatabase.WholeDatabase"/>. Each has at most one schedule.</summary>
    public required string CollectionName { get; init; }

    /// <summary>Time from the beginning of one snapshot to that of the next. 1 minute to 366 days.</summary>
    public required TimeSpan Every { get; init; }

    /// <summary>How many of the snapshots that this schedule made stay: the newest. 1 to 1,000. No other snapshot is ever removed.</summary>
    public required int Keep { get; init; }

    /// <summary>What names of its snapshots begin with; <c>-20261122T061500Z</c> follows, the time in UTC. As names are, at most 64 characters. Default <c>scheduled</c>.</summary>
    public string Prefix { get; init; } = "scheduled";
}
