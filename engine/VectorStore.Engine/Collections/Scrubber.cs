using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Collections;

/// <summary>Reads all files of a database that do not change again and again, slowly, to find damage before it is needed. One thread, below normal priority, and one more while somebody asks for a pass.</summary>
/// <remarks>
/// A pass goes through the files in order of their paths, so that a place in it is one name, which survives a restart. Files that come while it runs are read if they sort behind; they were checked when they
/// were written. What is found damaged is told to its collection, which turns red and serves on; whether a file is still needed is asked after, since a merge may have removed it. Parts: this file is the surface;
/// .Passes what its threads do.
/// </remarks>
internal sealed partial class Scrubber : IDisposable
{
    // Slower would mean hours between two reads of a small database, and nothing won.
    private const double BytesPerSecondMin = 256 * 1024;

    private static readonly TimeSpan s_saveInterval = TimeSpan.FromMinutes(1);

    private readonly IFileSystem _fileSystem;
    private readonly string _directory;
    private readonly DatabaseOptions _options;
    private readonly Func<IReadOnlyCollection<Collection>> _collections;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _asking = new(1, 1);
    private readonly Lock _lock = new();
    private readonly Lock _saving = new();
    private readonly Thread? _thread;

    // Guarded by _lock.
    private readonly List<FileDamage> _damages = [];
    private TaskCompletionSource? _resumed;
    private TaskCompletionSource? _askedEnded;
    private ScrubRecord _record;
    private ScrubPass? _pass;
    private ScrubPass? _asked;
    private string? _lastFile;

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
        var units = Units().ToList();
        lock (_lock)
        {
            var state = StateLocked();
            var pass = _asked ?? _pass;
            string? position = pass?.Position ?? (_record.PassStartedMs != 0 ? _record.Position : null);
            long left = position is null ? 0 : Math.Max(0, units.Where(unit => string.CompareOrdinal(unit.Name, position) > 0).Sum(unit => unit.Bytes) - (pass?.BytesReadOfFile ?? 0));
            return new ScrubStatus
            {
                State = state,
                BytesRead = pass?.BytesRead ?? 0,
                BytesLeft = left,
                BytesTotal = units.Sum(unit => unit.Bytes),
                TimeLeft = state == ScrubState.Running && pass is not null ? TimeSpan.FromSeconds(left / pass.BytesPerSecond) : null,
                File = pass?.File ?? _lastFile,
                PassStarted = TimeOrNull(_asked?.StartedMs ?? (_record.PassStartedMs != 0 ? _record.PassStartedMs : _record.LastStartedMs)),
                LastFullPass = TimeOrNull(_record.LastFinishedMs),
                NextPass = state == ScrubState.Waiting && _record.LastStartedMs != 0 ? TimeOrNull(_record.LastStartedMs)!.Value + _options.ScrubPassTime : null,
                Damages = [.. _damages],
            };
        }
    }

    /// <summary>Reads nothing from the next read on, but for a pass that somebody asks for.</summary>
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

    /// <summary>A whole pass now, by a thread of its own; the one that runs by itself waits, and is done where this one comes to its end.</summary>
    /// <exception cref="OperationCanceledException">The token, or the database was closed.</exception>
    public async Task<ScrubReport> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        await _asking.WaitAsync(stop.Token).ConfigureAwait(false);
        try
        {
            var ended = new TaskCompletionSource<ScrubReport>(TaskCreationOptions.RunContinuationsAsynchronously);
            var thread = new Thread(() => RunAsked(ended, stop.Token)) { IsBackground = true, Name = "vectorstore-scrub-asked" };
            thread.Start();
            return await ended.Task.ConfigureAwait(false);
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread?.Join();

        // A pass that was asked for reads files of collections that are about to close.
        _asking.Wait();
        _asking.Dispose();
        _stop.Dispose();
    }

    private static DateTimeOffset? TimeOrNull(long milliseconds) => milliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private long NowMs => Math.Max(1, _options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds());

    private ScrubState StateLocked()
    {
        if (_asked is not null)
            return ScrubState.Running;
        if (_thread is null)
            return ScrubState.Off;

        return _resumed is not null ? ScrubState.Paused : _record.PassStartedMs != 0 ? ScrubState.Running : ScrubState.Waiting;
    }

    private IEnumerable<ScrubUnit> Units() => _collections().SelectMany(collection => collection.ListScrubUnits());
}
