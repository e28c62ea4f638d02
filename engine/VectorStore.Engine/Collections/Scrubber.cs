using VectorStore.Engine.Memory;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Collections;

/// <summary>Reads all sealed files of a database again and again, slowly, to find damage before it is needed. One thread, below normal priority.</summary>
/// <remarks>
/// A pass goes through the files in order of their paths, so that a place in it is one name, which survives a restart. Files that come while it runs are read if they sort behind; they were checked when they
/// were written. What is found damaged is told to its collection, which turns red and serves on; whether a file is still needed is asked after, since a merge may have removed it.
/// </remarks>
internal sealed class Scrubber : IDisposable
{
    // Slower would mean hours between two reads of a small database, and nothing won.
    private const double BytesPerSecondMin = 256 * 1024;

    // Shorter rests cost more than they give.
    private static readonly TimeSpan s_restMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_saveInterval = TimeSpan.FromMinutes(1);

    private readonly IFileSystem _fileSystem;
    private readonly string _directory;
    private readonly DatabaseOptions _options;
    private readonly Func<IReadOnlyCollection<Collection>> _collections;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Thread? _thread;

    // Guarded by _lock.
    private readonly List<FileDamage> _damages = [];
    private TaskCompletionSource? _resumed;
    private ScrubRecord _record;
    private string? _file;
    private long _bytesRead;

    // Of the thread.
    private TimeSpan _restDue;
    private double _bytesPerSecond;
    private long _savedAt;

    /// <summary>Begins after <see cref="DatabaseOptions.ScrubDelay"/>.</summary>
    public Scrubber(IFileSystem fileSystem, string directory, DatabaseOptions options, Func<IReadOnlyCollection<Collection>> collections)
    {
        _fileSystem = fileSystem;
        _directory = directory;
        _options = options;
        _collections = collections;
        _record = ScrubRecord.Read(fileSystem, directory);
        if (options.ScrubPassTime == Timeout.InfiniteTimeSpan)
            return;

        _thread = new Thread(Run) { IsBackground = true, Name = "vectorstore-scrub" };
        _thread.Start();
    }

    public ScrubStatus GetStatus()
    {
        long total = Units().Sum(unit => unit.Bytes);
        lock (_lock)
        {
            return new ScrubStatus
            {
                State = _thread is null ? ScrubState.Off : _resumed is not null ? ScrubState.Paused : _record.PassStartedMs != 0 ? ScrubState.Running : ScrubState.Waiting,
                BytesRead = _bytesRead,
                BytesTotal = total,
                File = _file,
                PassStarted = TimeOrNull(_record.PassStartedMs != 0 ? _record.PassStartedMs : _record.LastStartedMs),
                LastFullPass = TimeOrNull(_record.LastFinishedMs),
                Damages = [.. _damages],
            };
        }
    }

    /// <summary>Reads nothing from the next read on.</summary>
    public void Pause()
    {
        lock (_lock)
            _resumed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Resume()
    {
        lock (_lock)
        {
            _resumed?.SetResult();
            _resumed = null;
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread?.Join();
        _stop.Dispose();
    }

    private static DateTimeOffset? TimeOrNull(long milliseconds) => milliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private long NowMs => _options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    private IEnumerable<ScrubUnit> Units() => _collections().SelectMany(collection => collection.ListSealedFiles());

    private void Run()
    {
        LinuxThreads.LowerPriority();
        try
        {
            Rest(_options.ScrubDelay);
            while (true)
            {
                WaitForPass();
                WaitWhilePaused();
                RunPass();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The database is closing.
        }
        catch (Exception problem)
        {
            // Whatever it is, serving goes on without.
            _options.Log?.Invoke($"the scrubber has stopped: {problem.Message}");
        }

        if (_savedAt != 0)
            Save();
    }

    private void WaitForPass()
    {
        while (true)
        {
            ScrubRecord record;
            lock (_lock)
                record = _record;

            // A clock that was set back must not keep us waiting for years.
            long waited = NowMs - record.LastStartedMs;
            if (record.PassStartedMs != 0 || record.LastStartedMs == 0 || waited < 0 || waited >= _options.ScrubPassTime.TotalMilliseconds)
                return;

            Rest(TimeSpan.FromMilliseconds(Math.Min(_options.ScrubPassTime.TotalMilliseconds - waited, TimeSpan.FromHours(1).TotalMilliseconds)));
        }
    }

    private void RunPass()
    {
        lock (_lock)
        {
            _bytesRead = 0;
            if (_record.PassStartedMs == 0)
                _record = _record with { PassStartedMs = Math.Max(1, NowMs), Position = "" };
        }

        while (NextUnit() is { } unit)
        {
            // Half of the time: the rest is for what comes meanwhile, and for pauses.
            _bytesPerSecond = Math.Clamp(Units().Sum(any => any.Bytes) / (_options.ScrubPassTime.TotalSeconds / 2), BytesPerSecondMin, Math.Max(BytesPerSecondMin, _options.ScrubBytesPerSecondMax));
            Check(unit);
            lock (_lock)
                _record = _record with { Position = unit.Name };

            SaveNowAndThen();
        }

        lock (_lock)
        {
            _record = new ScrubRecord(0, "", _record.PassStartedMs, NowMs);
            _bytesRead = 0;
        }

        Save();
    }

    private ScrubUnit? NextUnit()
    {
        string position;
        lock (_lock)
            position = _record.Position;

        ScrubUnit? next = null;
        foreach (var unit in Units())
        {
            if (string.CompareOrdinal(unit.Name, position) > 0 && (next is null || string.CompareOrdinal(unit.Name, next.Name) < 0))
                next = unit;
        }

        return next;
    }

    private void Check(ScrubUnit unit)
    {
        lock (_lock)
            _file = unit.Path;

        try
        {
            unit.Verify(KeepPace, _stop.Token);
        }
        catch (VectorStoreException problem) when (unit.IsStillNeeded())
        {
            var damage = FileDamage.From(problem) ?? new FileDamage(unit.Path, null, problem.Message);
            lock (_lock)
            {
                if (!_damages.Exists(known => known.File == damage.File))
                    _damages.Add(damage);
            }

            unit.Report(problem);
        }
        catch (VectorStoreException)
        {
            // A merge has replaced the file, or the collection is gone.
        }
    }

    private void KeepPace(long bytes)
    {
        lock (_lock)
            _bytesRead += bytes;

        _restDue += TimeSpan.FromSeconds(bytes / _bytesPerSecond);
        if (_restDue >= s_restMin)
        {
            Rest(_restDue);
            _restDue = TimeSpan.Zero;
        }

        WaitWhilePaused();
    }

    private void WaitWhilePaused()
    {
        while (true)
        {
            Task? resumed;
            lock (_lock)
                resumed = _resumed?.Task;

            if (resumed is null)
                return;

            resumed.Wait(_stop.Token);
        }
    }

    private void Rest(TimeSpan time)
    {
        if (time > TimeSpan.Zero)
            Task.Delay(time, _options.TimeProvider, _stop.Token).GetAwaiter().GetResult();
    }

    private void SaveNowAndThen()
    {
        if (_savedAt == 0)
            _savedAt = _options.TimeProvider.GetTimestamp();
        else if (_options.TimeProvider.GetElapsedTime(_savedAt) >= s_saveInterval)
            Save();
    }

    private void Save()
    {
        _savedAt = _options.TimeProvider.GetTimestamp();
        try
        {
            ScrubRecord record;
            lock (_lock)
                record = _record;

            record.Write(_fileSystem, _directory);
        }
        catch (StorageException problem)
        {
            _options.Log?.Invoke($"how far the scrubber is was not saved; after a restart it reads some files again: {problem.Message}");
        }
    }
}
