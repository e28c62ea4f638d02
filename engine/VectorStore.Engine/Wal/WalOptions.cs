namespace VectorStore.Engine.Wal;

/// <summary>How a log is written. Nothing here is stored in it: a log may be opened with other options than it was written with.</summary>
internal sealed record WalOptions
{
    /// <summary>Length a file is made with. A record that would not fit gets a longer file of its own.</summary>
    public long FileBytes { get; init; } = 64L << 20;

    /// <summary>The longest body taken.</summary>
    public int RecordBodyBytesMax { get; init; } = 32 << 20;

    /// <summary>How much is written and synced at once. A longer record goes alone.</summary>
    public int BatchBytesMax { get; init; } = 4 << 20;

    public Durability Durability { get; init; } = Durability.Fsync;

    /// <summary>With <see cref="Durability.Interval"/>: the longest time that written records stay unsynced. Otherwise unused.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Quiet time after which a watermark is written, so that damage of the last records is told from a torn tail. Zero or infinite: only on Dispose.</summary>
    public TimeSpan IdleWatermark { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Where files go that a checkpoint has made useless; null: they are removed. With an archive, the log also tells the time, so that a moment can be found in it.</summary>
    public WalArchive? Archive { get; init; }

    /// <summary>With <see cref="Archive"/>: records within this time of each other may share what is said of their time.</summary>
    public TimeSpan ClockInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the UUIDs of new files come from. They must never repeat.</summary>
    public Func<Guid> NewFileId { get; init; } = Guid.NewGuid;

    /// <summary>Whether quiet time is watched at all.</summary>
    public bool WatchesIdleness => IdleWatermark > TimeSpan.Zero && IdleWatermark != Timeout.InfiniteTimeSpan;

    /// <summary>Throws where the options contradict themselves: our own mistake, the collection's configuration was checked long before.</summary>
    public void Validate()
    {
        const int FileBytesMin = WalFormat.FileHeaderBytes + (2 * WalFormat.RecordHeaderBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(FileBytes, FileBytesMin, nameof(FileBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(RecordBodyBytesMax, 1, nameof(RecordBodyBytesMax));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(RecordBodyBytesMax, WalFormat.BodyBytesLimit, nameof(RecordBodyBytesMax));
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchBytesMax, 1, nameof(BatchBytesMax));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BatchBytesMax, WalFormat.BodyBytesLimit, nameof(BatchBytesMax));
        if (Durability == Durability.Interval)
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(SyncInterval, TimeSpan.Zero, nameof(SyncInterval));
    }
}
