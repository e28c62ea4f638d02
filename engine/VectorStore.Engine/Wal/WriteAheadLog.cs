using System.Diagnostics;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Wal;

/// <summary>The log of one collection: bytes with a kind, in one order, durable before they are answered.</summary>
/// <remarks>
/// Public members may be called from any thread, except from inside <see cref="IWalConsumer"/>. One thread writes:
/// it takes all that wait, writes and syncs them at once, has them applied, answers, and only then begins the next batch.
/// So at most the last batch of a crashed log can be torn. The first write or sync that fails makes the log read-only for good, because
/// after it nobody knows what the disk holds; opening the log anew finds out. Only a disk too full for the next file is survived.
/// Parts: this file is the surface; .Queue what callers and the writer thread share; .Writing batches; .Rotation files; .Failure the end.
/// </remarks>
internal sealed partial class WriteAheadLog : IDisposable
{
    private readonly WalDirectory _directory;
    private readonly WalOptions _options;
    private readonly IWalConsumer _consumer;
    private readonly Guid _collectionId;
    private readonly Thread _writer;
    private readonly ITimer _idleTimer;
    private readonly ITimer _syncTimer;

    private WriteAheadLog(WalDirectory directory, Guid collectionId, WalOptions options, IWalConsumer consumer, WalRecovered recovered)
    {
        _directory = directory;
        _collectionId = collectionId;
        _options = options;
        _consumer = consumer;

        _files = recovered.Files;
        _nextLsn = recovered.NextLsn;
        _previousCrc = recovered.PreviousCrc;
        _lastDataLsn = recovered.LastDataLsn;
        _coveredLsn = recovered.CoveredLsn;
        _durableLsn = _lastAppliedLsn = recovered.NextLsn - 1;
        _closedFiles = [.. _files.Zip(_files.Skip(1), (file, next) => new WalClosedFile(file.Path, file.Header, next.Header, file.UsedBytes))];
        UseActiveFile(recovered.ActiveFile);
        ShowFiles();

        _idleTimer = options.TimeProvider.CreateTimer(_ => Raise(ref _idleElapsed), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _syncTimer = options.TimeProvider.CreateTimer(_ => Raise(ref _syncDue), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _writer = new Thread(Run) { IsBackground = true, Name = "wal " + directory.Path };
    }

    /// <summary>The newest record that was applied, or replayed when the log was opened. Watermarks count as applied.</summary>
    public ulong LastAppliedLsn => Volatile.Read(ref _lastAppliedLsn);

    /// <summary>
    /// Everything up to here survives power loss. With <see cref="Durability.Interval"/> it trails <see cref="LastAppliedLsn"/>, and a checkpoint
    /// may only be published once it has caught up: a log that ends below a checkpoint is refused as damaged.
    /// </summary>
    public ulong DurableLsn => Volatile.Read(ref _durableLsn);

    /// <summary>Headers and records of all files, without the room reserved behind them.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>The files as of now, oldest first. All but the last are closed: nothing is written into them any more, not after a crash either, for the next one is durable with its name.</summary>
    public IReadOnlyList<WalFile> Files => Volatile.Read(ref _shownFiles);

    /// <summary>How many files were removed, or are being removed, because a checkpoint holds their records.</summary>
    public long FilesRemoved => Interlocked.Read(ref _filesRemoved);

    /// <summary>The files before the one that is being written, oldest first. One that is to be removed is not among them any more before it goes.</summary>
    public IReadOnlyList<WalClosedFile> ClosedFiles => Volatile.Read(ref _closedFiles);

    /// <summary>Why the log takes no more records; null while it does.</summary>
    public VectorStoreException? Failure => Volatile.Read(ref _failure);

    /// <summary>Makes an empty log whose first file, directory and directory entry are durable.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="directory">Made where missing; its parent must exist, and it must hold no log yet.</param>
    /// <param name="collection">The collection the log belongs to; no other can open it.</param>
    /// <param name="options">How the first file is made.</param>
    /// <param name="firstLsn">The LSN the first record will get.</param>
    public static void Create(IFileSystem fileSystem, string directory, Guid collection, WalOptions options, ulong firstLsn = 1)
    {
        const int ErrnoExists = 17;
        options.Validate();
        ArgumentOutOfRangeException.ThrowIfZero(firstLsn);

        fileSystem.CreateDirectory(directory);
        fileSystem.SyncDirectory(FileSystemExtensions.Parent(directory));

        var walDirectory = new WalDirectory(fileSystem, directory);
        if (walDirectory.ListFileNumbers().Count > 0)
            throw new StorageException("create", directory, ErrnoExists, "the directory holds a log already");

        var header = new WalFileHeader(collection, options.NewFileId(), FileNumber: 1, firstLsn, PreviousCrc: 0, options.FileBytes);
        walDirectory.Prepare(header);
        walDirectory.Publish(header);
    }

    /// <summary>Reads a whole log, replays it, wipes a torn tail, makes what is left durable, and goes on writing behind it.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="directory">Of the log.</param>
    /// <param name="collection">Whose log it must be.</param>
    /// <param name="options">How to go on.</param>
    /// <param name="replayAfterLsn">Records up to here are checked but not replayed: a checkpoint holds them. At most the <see cref="DurableLsn"/> of that time.</param>
    /// <param name="knownDurableLsn">The highest LSN that somebody outside the log remembers as durable; 0 for none. A log that ends before it is damaged.</param>
    /// <param name="consumer">Gets the records, now and later.</param>
    /// <param name="recovery">What was found.</param>
    /// <exception cref="CorruptDataException">Acknowledged records are damaged or missing. Nothing on disk was changed.</exception>
    /// <exception cref="UnsupportedFormatVersionException">A newer version wrote the log.</exception>
    /// <exception cref="StorageException">The operating system refused something. Opening may be tried again.</exception>
    public static WriteAheadLog Open(
        IFileSystem fileSystem,
        string directory,
        Guid collection,
        WalOptions options,
        ulong replayAfterLsn,
        ulong knownDurableLsn,
        IWalConsumer consumer,
        out WalRecovery recovery)
    {
        options.Validate();
        var walDirectory = new WalDirectory(fileSystem, directory);
        var recovered = new WalRecoverer(fileSystem, walDirectory, collection, consumer, replayAfterLsn, knownDurableLsn).Run();
        recovery = recovered.Recovery;

        var log = new WriteAheadLog(walDirectory, collection, options, consumer, recovered);
        log.WatchIdleness();
        log._writer.Start();
        return log;
    }

    /// <summary>Reads a log that nobody writes and judges it as opening it would, without changing or replaying anything.</summary>
    /// <returns>Bytes of headers and records.</returns>
    /// <exception cref="CorruptDataException">Acknowledged records are damaged or missing.</exception>
    public static long Verify(IFileSystem fileSystem, string directory, Guid collection, ulong replayAfterLsn, ulong knownDurableLsn, Action<long>? onRead = null) =>
        new WalRecoverer(fileSystem, new WalDirectory(fileSystem, directory), collection, consumer: null, replayAfterLsn, knownDurableLsn, onRead).Check();

    /// <summary>Reads a log that is being written, by this or another thread: every record up to what is durable now must be whole. The tail behind it is not judged.</summary>
    /// <param name="replayAfterLsn">The position of a manifest; log files whose records it holds may be removed meanwhile.</param>
    /// <param name="onRead">Told after each record how many bytes it was; null: nobody is.</param>
    /// <returns>Bytes of headers and records.</returns>
    /// <exception cref="CorruptDataException">Acknowledged records are damaged or missing; or they were removed meanwhile, because a newer manifest holds them.</exception>
    /// <exception cref="StorageException">A file could not be read; it may have been removed meanwhile, because a manifest holds its records.</exception>
    public long VerifyWritten(ulong replayAfterLsn, Action<long>? onRead = null) =>
        new WalRecoverer(_directory.FileSystem, _directory, _collectionId, consumer: null, replayAfterLsn, DurableLsn, onRead).CheckLive();

    /// <summary>Appends one record.</summary>
    /// <param name="kind">What it is to the consumer; not 0.</param>
    /// <param name="body">Must not change until the task has ended.</param>
    /// <param name="state">Handed to <see cref="IWalConsumer.Apply"/> with the record.</param>
    /// <param name="cancellationToken">Works until the record is taken into a batch, and never leaves its outcome open.</param>
    /// <returns>The record's LSN, once it is as durable as <see cref="WalOptions.Durability"/> says and applied.</returns>
    /// <exception cref="InvalidRequestException">The body is too long. Nothing was written.</exception>
    /// <exception cref="StorageException">The disk is full. Nothing was written, the log is well.</exception>
    /// <exception cref="DatabaseStateException">The log is read-only after a failure, which may have struck this very record, or closed.</exception>
    public Task<ulong> AppendAsync(ushort kind, ReadOnlyMemory<byte> body, object? state, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(WalFormat.IsOwn(kind), true, nameof(kind));
        return body.Length > _options.RecordBodyBytesMax
            ? Task.FromException<ulong>(TooLarge(body.Length))
            : AppendAsync(new WalAppend(kind, body, state), cancellationToken);
    }

    /// <summary>Appends one record whose body is made when its turn has come, with all before it known.</summary>
    /// <param name="kind">What it is to the consumer; not 0.</param>
    /// <param name="lateBody">Makes the body on the writer thread.</param>
    /// <param name="state">Handed to <see cref="IWalConsumer.Apply"/> with the record.</param>
    /// <param name="cancellationToken">As for the other.</param>
    /// <returns>As for the other; it fails with what <paramref name="lateBody"/> throws, too.</returns>
    public Task<ulong> AppendAsync(ushort kind, IWalLateBody lateBody, object? state, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(WalFormat.IsOwn(kind), true, nameof(kind));
        return AppendAsync(new WalAppend(kind, default, state, lateBody), cancellationToken);
    }

    /// <summary>Returns once everything applied before the call is durable; at once with <see cref="Durability.Fsync"/>, where it is already.</summary>
    /// <exception cref="DatabaseStateException">The log is read-only or closed.</exception>
    public void EnsureDurable()
    {
        Debug.Assert(Thread.CurrentThread != _writer, "a consumer must not call back into its log");
        if (DurableLsn >= LastAppliedLsn)
            return;

        var sync = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (RefusalLocked() is { } refusal)
                throw refusal;

            _syncs.Enqueue(sync);
            Monitor.Pulse(_gate);
        }

        sync.Task.GetAwaiter().GetResult();
    }

    /// <summary>Deletes the files whose records a checkpoint holds. Blocks until that is durable.</summary>
    /// <param name="lsn">The last record that is durable elsewhere; a file with a newer one stays.</param>
    /// <exception cref="StorageException">The disk is too full for a new file. Older files were deleted, the log is well.</exception>
    /// <exception cref="DatabaseStateException">The log is read-only or closed.</exception>
    public void TruncateThrough(ulong lsn)
    {
        Debug.Assert(Thread.CurrentThread != _writer, "a consumer must not call back into its log");
        var truncation = new WalTruncation(lsn);
        Submit(truncation);
        truncation.Task.GetAwaiter().GetResult();
    }

    /// <summary>Writes what waits, states its durability in a watermark, and closes. Failures on the way go to the consumer and the waiters, not to the caller.</summary>
    public void Dispose()
    {
        Debug.Assert(Thread.CurrentThread != _writer, "a consumer must not close its log");
        Close();
        _writer.Join();
        _idleTimer.Dispose();
        _syncTimer.Dispose();
        _file.Dispose();
    }

    private Task<ulong> AppendAsync(WalAppend append, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<ulong>(cancellationToken);

        append.CancelWith(cancellationToken);
        Submit(append);
        return append.Task;
    }

    private InvalidRequestException TooLarge(int bodyBytes) => new(
        ErrorReason.RequestTooLarge, "request", $"the request takes {bodyBytes} bytes in the log, at most {_options.RecordBodyBytesMax} are allowed; split it");
}
