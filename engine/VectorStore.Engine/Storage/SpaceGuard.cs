namespace VectorStore.Engine.Storage;

/// <summary>Keeps a disk from filling up to the last byte: a floor below which writes are refused, and a ballast file that is given up when deletions need its room. Thread-safe.</summary>
/// <remarks>
/// While the ballast is given up, writes are refused until there is room to have it again above the floor: or else they would take what was given up for deletions. Where it never found room, only the floor counts.
/// A write that is let through may take the disk below the floor by as much as is taken at once, which is a log file at most.
/// </remarks>
internal sealed class SpaceGuard : IDisposable
{
    /// <summary>Of the ballast, in the data directory.</summary>
    public const string FileName = "BALLAST";

    // Of FileSystemExtensions.DeleteUnfinished, which removes what a crash leaves.
    private const string UnfinishedSuffix = ".tmp";

    private static readonly TimeSpan s_maintenanceInterval = TimeSpan.FromSeconds(10);

    private readonly IFileSystem _fileSystem;
    private readonly string _directory;
    private readonly long _ballastBytes;
    private readonly long _floorBytes;
    private readonly Action<string>? _log;

    // Making and giving up the ballast, one at a time.
    private readonly Lock _lock = new();
    private readonly ITimer _timer;

    // Guarded by _lock for writing.
    private volatile bool _isHeld;
    private volatile bool _isGivenUp;
    private bool _isClosed;

    /// <param name="fileSystem">Where.</param>
    /// <param name="directory">The data directory.</param>
    /// <param name="ballastBytes">0: no ballast.</param>
    /// <param name="floorBytes">0: no floor.</param>
    /// <param name="firstAfter">When the ballast is made first; zero: at once.</param>
    /// <param name="time">Clock of the timers.</param>
    /// <param name="log">Told what happens to the ballast.</param>
    public SpaceGuard(IFileSystem fileSystem, string directory, long ballastBytes, long floorBytes, TimeSpan firstAfter, TimeProvider time, Action<string>? log)
    {
        _fileSystem = fileSystem;
        _directory = directory;
        _ballastBytes = ballastBytes;
        _floorBytes = floorBytes;
        _log = log;
        TakeExisting();
        if (firstAfter == TimeSpan.Zero)
            Maintain();

        _timer = time.CreateTimer(_ => Maintain(), null, firstAfter == TimeSpan.Zero ? s_maintenanceInterval : firstAfter, s_maintenanceInterval);
    }

    /// <summary>Whether the ballast is there.</summary>
    public bool IsBallastHeld => _isHeld;

    private string Path => $"{_directory}/{FileName}";

    /// <summary>What must be free for writes.</summary>
    private long RequiredBytes => _floorBytes + (_isGivenUp ? _ballastBytes : 0);

    /// <summary>Refuses a write where the disk is fuller than it may be.</summary>
    /// <exception cref="StorageException">It is, with both numbers. Nothing was written.</exception>
    public void ThrowIfBelowFloor()
    {
        long required = RequiredBytes;
        if (required == 0)
            return;

        // A system call of a microsecond, beside a sync of a hundred.
        long free = _fileSystem.FreeBytes(_directory);
        if (free < required)
            throw StorageException.BelowFloor(_directory, free, required);
    }

    /// <summary>Does what must work on a full disk: where there is no room, gives up the ballast and tries again, once.</summary>
    /// <param name="work">Has changed nothing where it throws that the disk is full.</param>
    public async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (StorageException full) when (full.Reason == ErrorReason.StorageFull && TryGiveUp())
        {
            return await work().ConfigureAwait(false);
        }
    }

    /// <summary>Waits for a running timer to end.</summary>
    public void Dispose()
    {
        lock (_lock)
            _isClosed = true;

        _timer.Dispose();
    }

    private bool TryGiveUp()
    {
        lock (_lock)
        {
            if (!_isHeld || _isClosed)
                return false;

            try
            {
                _fileSystem.DeleteFile(Path);
                _fileSystem.SyncDirectory(_directory);
            }
            catch (StorageException problem)
            {
                _log?.Invoke($"the ballast could not be given up: {problem.Message}");
                return false;
            }

            _isHeld = false;
            _isGivenUp = true;
        }

        _log?.Invoke($"the disk is full: {_ballastBytes} bytes of ballast were given up for deletions; writes are refused until {RequiredBytes} bytes are free");
        return true;
    }

    private void TakeExisting()
    {
        if (!_fileSystem.FileExists(Path))
            return;

        using (var file = _fileSystem.OpenFile(Path, FileAccessMode.Read))
            _isHeld = _ballastBytes > 0 && file.Length == _ballastBytes;

        // Of another size: made anew, or not any more.
        if (!_isHeld)
            _fileSystem.DeleteFile(Path);
    }

    /// <summary>Makes the ballast where it is missing and there is room for it above the floor.</summary>
    private void Maintain()
    {
        lock (_lock)
        {
            if (_isHeld || _isClosed || _ballastBytes == 0)
                return;

            string aside = Path + UnfinishedSuffix;
            try
            {
                if (_fileSystem.FreeBytes(_directory) - _ballastBytes < _floorBytes)
                    return;

                if (_fileSystem.FileExists(aside))
                    _fileSystem.DeleteFile(aside);

                using (var file = _fileSystem.CreateFile(aside))
                {
                    file.Preallocate(_ballastBytes);
                    file.SyncData();
                }

                _fileSystem.Rename(aside, Path);
                _fileSystem.SyncDirectory(_directory);
                _isHeld = true;
                _isGivenUp = false;
            }
            catch (StorageException)
            {
                Discard(aside);
            }
        }
    }

    private void Discard(string aside)
    {
        try
        {
            if (_fileSystem.FileExists(aside))
                _fileSystem.DeleteFile(aside);
        }
        catch (StorageException problem)
        {
            _log?.Invoke($"{aside} could not be removed and will be at the next start: {problem.Message}");
        }
    }
}
