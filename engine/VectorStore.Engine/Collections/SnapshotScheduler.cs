using VectorStore.Engine.Snapshots;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Collections;

/// <summary>Makes the snapshots that schedules ask for, one at a time, and removes those of its own that are too many. Thread-safe.</summary>
/// <remarks>
/// Which snapshot is begun is written before it is, and its checksum after: so what it made is known over a crash, and nothing else is ever removed. What fails is tried again, and told by
/// <see cref="List"/>; nobody's call fails for it.
/// </remarks>
internal sealed class SnapshotScheduler : IAsyncDisposable
{
    private const int NamesMax = 1_000;

    // A clock that is set is noticed this late at most.
    private static readonly TimeSpan s_lookIntervalMax = TimeSpan.FromHours(1);

    private static readonly TimeSpan s_retryInterval = TimeSpan.FromMinutes(10);

    private readonly IFileSystem _fileSystem;
    private readonly string _directory;
    private readonly DatabaseOptions _options;
    private readonly ScheduledWork _work;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _lock = new();

    // Guarded by _lock. Null: the file could not be read yet.
    private SortedDictionary<string, ScheduleEntry>? _entries;
    private string? _running;
    private TaskCompletionSource _changed = NewSignal();
    private Task? _loop;

    /// <summary>Begins at once with what is due, unless the options say that it is not to.</summary>
    public SnapshotScheduler(IFileSystem fileSystem, string directory, DatabaseOptions options, ScheduledWork work)
    {
        _fileSystem = fileSystem;
        _directory = directory;
        _options = options;
        _work = work;
        try
        {
            lock (_lock)
            {
                if (LoadedLocked().Count > 0)
                    StartLocked();
            }
        }
        catch (VectorStoreException problem)
        {
            options.Log?.Invoke($"no snapshots are made by schedule: {problem.Message}");
        }
    }

    private static long RetryMs => (long)s_retryInterval.TotalMilliseconds;

    private long NowMs => _options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>All schedules, in ordinal order of their collections.</summary>
    /// <exception cref="CorruptDataException">Their file is damaged.</exception>
    /// <exception cref="UnsupportedFormatVersionException">A newer version wrote it.</exception>
    public IReadOnlyList<SnapshotScheduleStatus> List()
    {
        lock (_lock)
            return [.. LoadedLocked().Values.Select(ToStatusLocked)];
    }

    /// <summary>Adds a schedule, or changes the one of that collection; durable when it returns.</summary>
    public SnapshotScheduleStatus Set(SnapshotSchedule schedule)
    {
        lock (_lock)
        {
            var entries = LoadedLocked();
            var known = entries.GetValueOrDefault(schedule.CollectionName);
            if (known is null && entries.Count >= ScheduleFile.SchedulesMax)
                throw new InvalidRequestException(ErrorReason.OutOfRange, "schedule", $"schedule: a database has at most {ScheduleFile.SchedulesMax} schedules, it has {entries.Count}");

            long everyMs = (long)schedule.Every.TotalMilliseconds;
            var entry = known is null
                ? new ScheduleEntry { CollectionName = schedule.CollectionName, EveryMs = everyMs, Keep = schedule.Keep, Prefix = schedule.Prefix, SetMs = Math.Max(0, NowMs) }
                : known with { EveryMs = everyMs, Keep = schedule.Keep, Prefix = schedule.Prefix };
            ReplaceLocked(new SortedDictionary<string, ScheduleEntry>(entries, StringComparer.Ordinal) { [entry.CollectionName] = entry });
            StartLocked();
            return ToStatusLocked(entry);
        }
    }

    /// <summary>Forgets a schedule, durable when it returns; the snapshots that it made stay, and are nobody's.</summary>
    /// <returns>False where there is none.</returns>
    public bool Remove(string collection)
    {
        lock (_lock)
        {
            var entries = new SortedDictionary<string, ScheduleEntry>(LoadedLocked(), StringComparer.Ordinal);
            if (!entries.Remove(collection))
                return false;

            ReplaceLocked(entries);
            return true;
        }
    }

    /// <summary>Makes what is due now, each once, and returns when that is done or has failed.</summary>
    public async Task RunDueAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        await _turn.WaitAsync(stop.Token).ConfigureAwait(false);
        try
        {
            foreach (string collection in Due())
                await RunAsync(collection, stop.Token).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Waits for the snapshot that is being made to be given up.</summary>
    public async ValueTask DisposeAsync()
    {
        Task? loop;
        lock (_lock)
            loop = _loop;

        await _stop.CancelAsync().ConfigureAwait(false);
        if (loop is not null)
            await loop.ConfigureAwait(false);

        _stop.Dispose();
        _turn.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static DateTimeOffset? TimeOrNull(long milliseconds) => milliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private SnapshotScheduleStatus ToStatusLocked(ScheduleEntry entry) => new()
    {
        Schedule = new SnapshotSchedule { CollectionName = entry.CollectionName, Every = TimeSpan.FromMilliseconds(entry.EveryMs), Keep = entry.Keep, Prefix = entry.Prefix },
        NextRun = DateTimeOffset.FromUnixTimeMilliseconds(entry.DueMs(NowMs, RetryMs)),
        LastRun = TimeOrNull(entry.LastRunMs),
        LastSnapshot = entry.LastSnapshot.Length > 0 ? entry.LastSnapshot : null,
        LastError = entry.LastError.Length > 0 ? entry.LastError : null,
        LastErrorTime = TimeOrNull(entry.LastErrorMs),
        IsFailing = entry.IsFailing,
        IsRunning = _running == entry.CollectionName,
        Snapshots = [.. entry.Made.Select(made => made.Name)],
    };

    private SortedDictionary<string, ScheduleEntry> LoadedLocked()
    {
        if (_entries is not null)
            return _entries;

        var entries = new SortedDictionary<string, ScheduleEntry>(StringComparer.Ordinal);
        foreach (var entry in ScheduleFile.Read(_fileSystem, _directory))
            entries[entry.CollectionName] = entry.Pending.Length == 0 ? entry : Settle(entry);

        return _entries = entries;
    }

    /// <summary>A run that a crash, or closing, has interrupted: its snapshot is whole, or there is none.</summary>
    private ScheduleEntry Settle(ScheduleEntry entry)
    {
        var settled = entry with { Pending = "" };
        return _work.Find(entry.CollectionName, entry.Pending) is { Problem: null } found
            ? settled with { IsFailing = false, LastSnapshot = found.Name, Made = [.. entry.Made, new ScheduledSnapshot(found.Name, found.Checksum)] }
            : settled with { IsFailing = true, LastErrorMs = entry.LastRunMs, LastError = $"snapshot '{entry.Pending}' was not finished: the database was closed, or its process ended" };
    }

    /// <summary>On disk first: whoever is told of a failure finds what was before.</summary>
    private void ReplaceLocked(SortedDictionary<string, ScheduleEntry> entries)
    {
        ScheduleFile.Write(_fileSystem, _directory, entries.Values);
        _entries = entries;
        _changed.TrySetResult();
        _changed = NewSignal();
    }

    private void StartLocked()
    {
        if (_options.RunsSnapshotSchedules && !_stop.IsCancellationRequested)
            _loop ??= Task.Run(LoopAsync);
    }

    private async Task LoopAsync()
    {
        try
        {
            while (true)
            {
                Task changed;
                long waitMs;
                lock (_lock)
                {
                    changed = _changed.Task;
                    long nowMs = NowMs;
                    long dueMs = _entries!.Count == 0 ? long.MaxValue : _entries.Values.Min(entry => entry.DueMs(nowMs, RetryMs));
                    waitMs = Math.Min(dueMs - nowMs, (long)s_lookIntervalMax.TotalMilliseconds);
                }

                if (waitMs > 0)
                    await WaitAsync(TimeSpan.FromMilliseconds(waitMs), changed).ConfigureAwait(false);
                else
                    await RunDueAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The database is closing.
        }
    }

    private async Task WaitAsync(TimeSpan time, Task changed)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        await Task.WhenAny(changed, Task.Delay(time, _options.TimeProvider, stop.Token)).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        _stop.Token.ThrowIfCancellationRequested();
    }

    private List<string> Due()
    {
        lock (_lock)
        {
            long nowMs = NowMs;
            return [.. LoadedLocked().Values.Where(entry => entry.DueMs(nowMs, RetryMs) <= nowMs).Select(entry => entry.CollectionName)];
        }
    }

    private async Task RunAsync(string collection, CancellationToken cancellationToken)
    {
        if (Begin(collection) is not { } name)
            return;

        try
        {
            var made = await _work.MakeAsync(collection, name, cancellationToken).ConfigureAwait(false);
            Change(collection, entry => entry with { Pending = "", IsFailing = false, LastSnapshot = made.Name, Made = [.. entry.Made, new ScheduledSnapshot(made.Name, made.Checksum)] });
            await RemoveOldAsync(collection, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, the others have their turn.
            Fail(collection, problem.Message, madeNothing: true);
        }
        finally
        {
            lock (_lock)
                _running = null;
        }
    }

    /// <summary>Notes which snapshot is being made. Null: there is no such schedule any more, or it cannot be noted.</summary>
    private string? Begin(string collection)
    {
        lock (_lock)
        {
            if (!LoadedLocked().TryGetValue(collection, out var entry))
                return null;

            // Noted as tried whatever happens: what cannot be written is not tried again at once.
            var now = _options.TimeProvider.GetUtcNow();
            var begun = entry with { LastRunMs = Math.Max(1, now.ToUnixTimeMilliseconds()), Pending = FreeName(entry, now) };
            _entries![collection] = begun;
            try
            {
                ScheduleFile.Write(_fileSystem, _directory, _entries.Values);
            }
            catch (VectorStoreException problem)
            {
                _entries[collection] = begun with { Pending = "", IsFailing = true, LastErrorMs = begun.LastRunMs, LastError = problem.Message };
                _options.Log?.Invoke($"no snapshot of {Whose(collection)} was made by schedule: {problem.Message}");
                return null;
            }

            _running = collection;
            return begun.Pending;
        }
    }

    private string FreeName(ScheduleEntry entry, DateTimeOffset now)
    {
        string name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{entry.Prefix}-{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}");
        string free = name;
        for (int next = 2; next <= NamesMax && _work.Find(entry.CollectionName, free) is not null; next++)
            free = $"{name}-{next}";

        return free;
    }

    private async Task RemoveOldAsync(string collection, CancellationToken cancellationToken)
    {
        foreach (var old in TooMany(collection))
        {
            try
            {
                await _work.DeleteAsync(collection, old, cancellationToken).ConfigureAwait(false);
                Change(collection, entry => entry with { Made = [.. entry.Made.Where(made => made != old)] });
            }
            catch (VectorStoreException problem)
            {
                Fail(collection, $"snapshot '{old.Name}' was not removed: {problem.Message}", madeNothing: false);
                return;
            }
        }
    }

    /// <summary>The oldest of its snapshots beyond those that stay. What somebody else has removed, or replaced, is not its any more and does not count; a damaged one waits for somebody to look at it.</summary>
    private List<ScheduledSnapshot> TooMany(string collection)
    {
        ScheduleEntry? entry;
        lock (_lock)
            entry = LoadedLocked().GetValueOrDefault(collection);

        if (entry is null)
            return [];

        var there = entry.Made.Where(made => _work.Find(collection, made.Name) is { } found && (found.Problem is not null || found.Checksum == made.Checksum)).ToList();
        if (there.Count < entry.Made.Count)
            Change(collection, now => now with { Made = [.. now.Made.Where(there.Contains)] });

        var sound = there.Where(made => _work.Find(collection, made.Name) is { Problem: null }).ToList();
        return [.. sound.Take(Math.Max(0, sound.Count - entry.Keep))];
    }

    private void Fail(string collection, string message, bool madeNothing)
    {
        _options.Log?.Invoke($"schedule of snapshots of {Whose(collection)}: {message}");
        Change(collection, entry => entry with { Pending = "", IsFailing = madeNothing, LastError = message, LastErrorMs = Math.Max(1, NowMs) });
    }

    /// <summary>Changes what is known of a schedule, in memory in any case: what a full disk does not take, the next change writes.</summary>
    private void Change(string collection, Func<ScheduleEntry, ScheduleEntry> change)
    {
        lock (_lock)
        {
            if (!LoadedLocked().TryGetValue(collection, out var entry))
                return;

            _entries![collection] = change(entry);
            try
            {
                ScheduleFile.Write(_fileSystem, _directory, _entries.Values);
            }
            catch (StorageException problem)
            {
                _options.Log?.Invoke($"what the schedule of {Whose(collection)} did was not saved: {problem.Message}");
            }
        }
    }

    private static string Whose(string collection) => SnapshotFormat.Whose(collection);
}
