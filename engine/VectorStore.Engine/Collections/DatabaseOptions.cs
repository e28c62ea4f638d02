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
    /// Share of the processors that sealing and merging by themselves may take, over all collections: 0.05 to 1, default 1, no limit. What is not whole processors is kept by resting in between, which
    /// holds over seconds. Copying and building count, nearly all of it; writing the files does not. Whoever asks for
    /// <see cref="Collection.SealAsync"/> or <see cref="Collection.OptimizeAsync"/>, or closes the database, does not wait for that: until it is done, the limit is off.
    /// </summary>
    /// <remarks>Whatever the share, the threads that copy and build and those of <see cref="IndexThreads"/> run below normal priority: they take what others leave.</remarks>
    public double OptimizerCpuShare { get; init; } = 1;

    /// <summary>Where payload reads are served from. Default <see cref="PayloadStoreKind.Faster"/>.</summary>
    public PayloadStoreKind PayloadStore { get; init; } = PayloadStoreKind.Faster;

    /// <summary>
    /// Share of the searches that are answered again exactly, in the background, to tell <see cref="CollectionInfo.MeasuredRecall"/>: 0 (none) to 1, default one in a thousand. Whatever
    /// the share, at most one each 200 ms and collection, and no more than a hundredth of a core.
    /// </summary>
    public double RecallSampling { get; init; } = 0.001;

    /// <summary>Called with one line per noteworthy event (recovery, quarantine, sealing), from any thread. Null: nobody listens.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>Clock of all timers. Default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The disk; null for the real one. Tests pull the plug here.</summary>
    internal IFileSystem? FileSystem { get; init; }

    /// <summary>Bytes of one log file.</summary>
    internal long WalFileBytes { get; init; } = 64L << 20;

    /// <summary>Idle time after which the log writes down what it knows to be durable; infinite for never.</summary>
    internal TimeSpan WalIdleWatermark { get; init; } = TimeSpan.FromMilliseconds(50);
}
