using VectorStore.Engine.Collections;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine;

public sealed partial class VectorDatabase
{
    private const string CollectionsName = "collections";
    private const string SnapshotsName = "snapshots";

    /// <summary>Directories being made or being deleted. Collection names do not start with a dot.</summary>
    private const string UnfinishedPrefix = ".";

    /// <summary>Between a collection's name and its incarnation; not a character of names.</summary>
    private const char IncarnationSeparator = '~';

    private string CollectionsDirectory => $"{_directory}/{CollectionsName}";

    /// <summary>Opens a data directory, making it where it does not exist, and recovers its collections.</summary>
    /// <param name="directory">Path of the directory.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="cancellationToken">Checked between collections.</param>
    /// <exception cref="DatabaseStateException">Somebody else has the directory open.</exception>
    /// <exception cref="StorageException">The directory cannot be used, or the disk does not report what durability rests on.</exception>
    /// <exception cref="UnsupportedFormatVersionException">A newer version made this directory.</exception>
    public static Task<VectorDatabase> OpenAsync(string directory, DatabaseOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        options ??= new DatabaseOptions();
        string path = Path.GetFullPath(directory).TrimEnd('/');
        return Task.Run(() => Open(options.FileSystem ?? PosixFileSystem.Instance, path, options, cancellationToken), cancellationToken);
    }

    private static VectorDatabase Open(IFileSystem fileSystem, string directory, DatabaseOptions options, CancellationToken cancellationToken)
    {
        if (options.SealAtBytes < 1)
            throw new InvalidRequestException(ErrorReason.OutOfRange, "options.sealAtBytes", $"options.sealAtBytes: expected at least 1, got {options.SealAtBytes}");
        if (options.MergeUpToBytes < 1)
            throw new InvalidRequestException(ErrorReason.OutOfRange, "options.mergeUpToBytes", $"options.mergeUpToBytes: expected at least 1, got {options.MergeUpToBytes}");
        if (options.PayloadMemoryBytes is < 1 << 20 or > 64L << 30)
            throw new InvalidRequestException(ErrorReason.OutOfRange, "options.payloadMemoryBytes", $"options.payloadMemoryBytes: expected 1048576 to 68719476736, got {options.PayloadMemoryBytes}");
        if (options.RecallSampling is not (>= 0 and <= 1))
            throw new InvalidRequestException(ErrorReason.OutOfRange, "options.recallSampling", $"options.recallSampling: expected 0 to 1, got {options.RecallSampling}");
        if (options.IndexThreads is < 1 or > 1024)
            throw new InvalidRequestException(ErrorReason.OutOfRange, "options.indexThreads", $"options.indexThreads: expected 1 to 1024, got {options.IndexThreads}");

        if (options.OptimizerCpuShare is not (>= 0.05 and <= 1))
            throw new InvalidRequestException(ErrorReason.OutOfRange, "options.optimizerCpuShare", $"options.optimizerCpuShare: expected 0.05 to 1, got {options.OptimizerCpuShare}");

        if (options.ScrubPassTime != Timeout.InfiniteTimeSpan && (options.ScrubPassTime < TimeSpan.FromMinutes(1) || options.ScrubPassTime > TimeSpan.FromDays(365)))
            throw new InvalidRequestException(ErrorReason.OutOfRange, "options.scrubPassTime", $"options.scrubPassTime: expected 1 minute to 365 days or infinite, got {options.ScrubPassTime}");
        if (options.ScrubBytesPerSecondMax < 256 * 1024)
            throw new InvalidRequestException(ErrorReason.OutOfRange, "options.scrubBytesPerSecondMax", $"options.scrubBytesPerSecondMax: expected at least 262144, got {options.ScrubBytesPerSecondMax}");

        if (options.BallastBytes < 0)
            throw new InvalidRequestException(ErrorReason.OutOfRange, "options.ballastBytes", $"options.ballastBytes: expected at least 0, got {options.BallastBytes}");
        if (options.FreeSpaceFloorBytes < 0)
            throw new InvalidRequestException(ErrorReason.OutOfRange, "options.freeSpaceFloorBytes", $"options.freeSpaceFloorBytes: expected at least 0, got {options.FreeSpaceFloorBytes}");

        if (options.LogArchiveTime is { } archived && archived != TimeSpan.Zero && (archived < LogArchive.KeepMin || archived > LogArchive.KeepMax))
            throw new InvalidRequestException(ErrorReason.OutOfRange, "options.logArchiveTime", $"options.logArchiveTime: expected 0 or {LogArchive.KeepMin} to {LogArchive.KeepMax}, got {archived}");

        if (options.LogArchiveBytesMax is { } archivedBytes && archivedBytes != 0 && archivedBytes < LogArchive.BytesMin)
            throw new InvalidRequestException(ErrorReason.OutOfRange, "options.logArchiveBytesMax", $"options.logArchiveBytesMax: expected 0 or at least {LogArchive.BytesMin}, got {archivedBytes}");

        fileSystem.CreateDirectoryDurably(directory);
        var directoryLock = DataDirectoryLock.Acquire(fileSystem, directory);
        VectorDatabase? database = null;
        try
        {
            DurabilitySelfTest.Run(fileSystem, directory);
            CheckFormat(fileSystem, directory);
            options = LogArchive.Settle(fileSystem, directory, options);
            database = new VectorDatabase(fileSystem, directory, options, directoryLock);
            database._space = new SpaceGuard(fileSystem, directory, options.BallastBytes, options.FreeSpaceFloorBytes, options.BallastDelay, options.TimeProvider, options.Log);
            database.OpenCollections(cancellationToken);
            database.PruneLogArchive();
            database._workers.Wake();
            database._scrubber = new Scrubber(
                fileSystem, directory, options, () => [.. database._collections.Values.Where(entry => entry.Collection is not null).Select(entry => entry.Collection!)]);
            database._scheduler = new SnapshotScheduler(fileSystem, directory, options, database.ScheduledWork());
            return database;
        }
        catch
        {
            if (database is not null)
                database.DisposeAsync().AsTask().GetAwaiter().GetResult();
            else
                directoryLock.Dispose();

            throw;
        }
    }

    private void OpenCollections(CancellationToken cancellationToken)
    {
        _fileSystem.DeleteUnfinished(_directory);
        _fileSystem.CreateDirectoryDurably(CollectionsDirectory);

        // A killed process may have renamed a collection away without syncing: its files may go only once the name is surely gone.
        _fileSystem.SyncDirectory(CollectionsDirectory);
        _snapshots.RemoveLeftovers();
        var entries = new List<string>();
        foreach (string entry in _fileSystem.ListDirectories(CollectionsDirectory))
        {
            if (entry.StartsWith(UnfinishedPrefix, StringComparison.Ordinal))
                TryDelete($"{CollectionsDirectory}/{entry}");
            else
                entries.Add(entry);
        }

        // The name is part of the directory's, so a collection whose manifest is damaged can still be named, and deleted.
        foreach (var incarnations in entries.GroupBy(NameOf).ToList())
        {
            cancellationToken.ThrowIfCancellationRequested();
            string name = incarnations.Key;
            string directory = $"{CollectionsDirectory}/{incarnations.Last()}";
            try
            {
                directory = $"{CollectionsDirectory}/{PickIncarnation([.. incarnations])}";
                var collection = Collection.Open(_fileSystem, directory, _options, _workers, _cpuBudget, _snapshots, _space);
                _collections[name] = new OpenCollection(name, directory, collection, Problem: null);
            }
            catch (Exception thrown) when (thrown is VectorStoreException or OutOfMemoryException)
            {
                var problem = thrown as VectorStoreException ?? new MemoryExhaustedException($"collection '{name}' was not opened", (OutOfMemoryException)thrown);
                _options.Log?.Invoke($"collection '{name}' is quarantined: {problem.Message}");
                _collections[name] = new OpenCollection(name, directory, Collection: null, problem);
            }
        }
    }

    private static string NameOf(string entry)
    {
        int separator = entry.LastIndexOf(IncarnationSeparator);
        return separator > 0 ? entry[..separator] : entry;
    }
}
