namespace VectorStore.Engine;

/// <summary>The moment that a snapshot is brought forward to when it is restored with the archived log. Immutable.</summary>
public sealed class RestorePoint
{
    private RestorePoint(ulong? lsn, DateTimeOffset? time)
    {
        Lsn = lsn;
        Time = time;
    }

    /// <summary>The last write that there is anything of.</summary>
    public static RestorePoint Newest { get; } = new(null, null);

    /// <summary>The log position through which writes are restored; null where it is not what the point is about.</summary>
    public ulong? Lsn { get; }

    /// <summary>The time through which writes are restored; null where it is not what the point is about.</summary>
    public DateTimeOffset? Time { get; }

    /// <summary>Every write up to a log position, as <see cref="WriteResult.Lsn"/> tells it, and none after.</summary>
    public static RestorePoint AtLsn(ulong lsn) => new(lsn, null);

    /// <summary>Every write answered up to a time. The log tells the time ten times a second, so writes of the 100 ms after it may be there too.</summary>
    public static RestorePoint AtTime(DateTimeOffset time) => new(null, time);

    /// <summary>The point in words, for messages.</summary>
    public override string ToString() => Lsn is { } lsn ? $"log position {lsn}" : Time is { } time ? $"{time:O}" : "newest";
}
