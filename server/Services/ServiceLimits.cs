namespace VectorStore.Server.Services;

/// <summary>How much the services take on at once.</summary>
internal sealed record ServiceLimits
{
    /// <summary>Bytes of a request of any method but upserts and searches. Enough for 100,000 UUIDs; its objects can take some fifty times that.</summary>
    public const int GeneratedRequestBytesMax = 4 << 20;

    /// <summary>Bytes of one answer, and of each message of a stream.</summary>
    public long AnswerBytesMax { get; init; } = 64L << 20;

    /// <summary>Bytes of writes that wait for the log, over all calls.</summary>
    public long WriteBytesMax { get; init; } = 256L << 20;

    /// <summary>Slow reads (exact, filtered, very wide, or in a collection that is slow at the moment) at once. Null: one per core.</summary>
    public int? SlowReadsAtOnce { get; init; }

    /// <summary>Slow reads that wait for their turn.</summary>
    public int SlowReadsWaitingMax { get; init; } = 1_000;

    /// <summary>Walks at once: each keeps replaced versions of points in memory.</summary>
    public int ScrollsMax { get; init; } = 64;

    /// <summary>Requests of one stream that are on their way to the log.</summary>
    public int StreamWindow { get; init; } = 16;

    /// <summary>Downloads of snapshots at once: each reads the disk as fast as its caller takes it.</summary>
    public int SnapshotDownloadsMax { get; init; } = 16;

    /// <summary>Uploads of snapshots that are unfinished.</summary>
    public int SnapshotUploadsMax { get; init; } = 16;

    /// <summary>Bytes of an archive that is uploaded. The free room of the disk bounds it, too.</summary>
    public long SnapshotUploadBytesMax { get; init; } = 1L << 40;

    /// <summary>How long an unfinished upload waits for its next byte, and an answered one is remembered.</summary>
    public TimeSpan SnapshotUploadLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a transfer over plain HTTP waits for the other side to take, or send, its next bytes.</summary>
    public TimeSpan TransferStallMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Request ids that are remembered.</summary>
    public int RequestIdsMax { get; init; } = 100_000;

    /// <summary>How long an answered request id is remembered.</summary>
    public TimeSpan RequestIdLifetime { get; init; } = TimeSpan.FromMinutes(10);
}
