using VectorStore.Engine.Storage;

namespace VectorStore.Engine;

/// <summary>How a database runs in this process. Nothing here changes what is on disk; another process may open it with other options.</summary>
public sealed record DatabaseOptions
{
    /// <summary>Threads that build graphs in the background, over all collections. Null: one per core.</summary>
    public int? IndexThreads { get; init; }

    /// <summary>Seal the growing segment once its vectors take this many bytes. Default 1 GiB.</summary>
    public long SealAtBytes { get; init; } = 1L << 30;

    /// <summary>Sealed segments are merged into ones whose vectors take at most this many bytes. Default 8 GiB. Merging takes as much memory for its time.</summary>
    public long MergeUpToBytes { get; init; } = 8L << 30;

    /// <summary>
    /// Share of the processors that sealing, merging, rebuilding and renewing by themselves may take, over all collections: 0.05 to 1, default 1, no limit. What is not whole processors is kept by resting in between, which
    /// holds over seconds. Copying and building count, nearly all of it; writing the files does not. Whoever asks for
    /// <see cref="Collection.SealAsync"/> or <see cref="Collection.OptimizeAsync"/>, or closes the database, does not wait for that: until it is done, the limit is off.
    /// </summary>
    /// <remarks>Whatever the share, the threads that copy and build and those of <see cref="IndexThreads"/> run below normal priority: they take what others leave.</remarks>
    public double OptimizerCpuShare { get; init; } = 1;

    /// <summary>Where payload reads are served from. Default <see cref="PayloadStoreKind.Faster"/>.</summary>
    public PayloadStoreKind PayloadStore { get; init; } = PayloadStoreKind.Faster;

    /// <summary>
    /// Memory that the payload store of each collection may take for the payloads written last, rounded down to a power of two: 1 MiB to 64 GiB, default 2 MiB. It is taken as payloads come, and not given back before the collection is closed.
    /// Another number counts from the next opening on, for all collections.
    /// What is older is read from files, which the system keeps in memory as far as there is room: more here pays where payloads are read soon after they were written, and there is no room. Beside it the store's index
    /// takes about 20 bytes for each payload. No matter for <see cref="PayloadStoreKind.Memory"/>.
    /// </summary>
    public long PayloadMemoryBytes { get; init; } = 2 << 20;

    /// <summary>
    /// Share of the searches that are answered again exactly, in the background, to tell <see cref="CollectionInfo.MeasuredRecall"/>: 0 (none) to 1, default one in a thousand. Whatever
    /// the share, at most one each 200 ms and collection, and no more than a hundredth of a core.
    /// </summary>
    public double RecallSampling { get; init; } = 0.001;

    /// <summary>
    /// Within this time all sealed files are read once in the background, to find damage early; then again and again. 1 minute to 365 days, default 7 days; <see cref="Timeout.InfiniteTimeSpan"/>: never.
    /// A pass takes about half of the time where <see cref="ScrubBytesPerSecondMax"/> allows, less where there is little to read; a restart interrupts it and does not begin it anew.
    /// </summary>
    public TimeSpan ScrubPassTime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>At most so many bytes a second are read for <see cref="ScrubPassTime"/>, whatever it says. 262,144 (256 KiB) or more, default 32 MiB.</summary>
    public long ScrubBytesPerSecondMax { get; init; } = 32 << 20;

    /// <summary>
    /// Size of a file in the data directory that is given up where a deletion finds no room, and made again once there is. Default 64 MiB; 0: none. While it is given up, writes are refused until there is room to have it
    /// again above the floor. Made in the background, some seconds after opening, where there is room.
    /// </summary>
    public long BallastBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Upserts and new collections are refused, with both numbers, where fewer bytes are free on the disk of the data directory. Default 128 MiB; 0: no floor. Deletions, reads, dropping collections and snapshots go on; so do
    /// sealing and merging, which may take the disk below.
    /// </summary>
    public long FreeSpaceFloorBytes { get; init; } = 128 << 20;

    /// <summary>
    /// For so long the log is kept after sealing has made it useless, so that a snapshot can be restored to any later moment: see <see cref="VectorDatabase.RestoreSnapshotToAsync"/>. 1 minute to
    /// 3,650 days, remembered in the data directory; <see cref="TimeSpan.Zero"/>: not any more, and what was kept is removed; null, the default: as the directory remembers, so that no gap comes from opening it without saying.
    /// A new directory keeps none. Takes as much disk as was written in that time. Logs of deleted and replaced collections are kept as long.
    /// </summary>
    public TimeSpan? LogArchiveTime { get; init; }

    /// <summary>
    /// Bytes that the logs kept for <see cref="LogArchiveTime"/> may take, over all collections: where they take more, the oldest go, whole files of 64 MiB, so that what is left of each log has no gap. At least 1 MiB, remembered in
    /// the data directory; 0: any number; null, the default: as the directory remembers. A new directory has no limit. Without logs that are kept it does nothing.
    /// </summary>
    public long? LogArchiveBytesMax { get; init; }

    /// <summary>
    /// Whether the snapshots that schedules ask for (<see cref="VectorDatabase.SetSnapshotScheduleAsync"/>) are made while the database is open. Default true; false for whoever opens it for a moment only. Schedules can be set and seen in any case.
    /// </summary>
    public bool RunsSnapshotSchedules { get; init; } = true;

    /// <summary>Called with one line per noteworthy event (recovery, quarantine, sealing), from any thread. Null: nobody listens.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>Clock of all timers. Default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The disk; null for the real one. Tests pull the plug here.</summary>
    internal IFileSystem? FileSystem { get; init; }

    /// <summary>After opening, other things matter more than scrubbing for so long.</summary>
    internal TimeSpan ScrubDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After opening, the ballast is made so much later; zero: while opening.</summary>
    internal TimeSpan BallastDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether segments of another configuration are rebuilt without being asked for. Where every call has to come in the same order again, they are not.</summary>
    internal bool RebuildsByItself { get; init; } = true;

    /// <summary>Bytes of one log file.</summary>
    internal long WalFileBytes { get; init; } = 64L << 20;

    /// <summary>A payload log below this is left as it is, however much of it is dead space.</summary>
    internal long PayloadLogBytesWorthRenewing { get; init; } = 64L << 20;

    /// <summary>Idle time after which the log writes down what it knows to be durable; infinite for never.</summary>
    internal TimeSpan WalIdleWatermark { get; init; } = TimeSpan.FromMilliseconds(50);
}
