using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Collections;

/// <content>What the scrubber's threads do.</content>
internal sealed partial class Scrubber
{
    // Of the thread that runs by itself.
    private long _savedAt;

    private void Run()
    {
        LinuxThreads.LowerPriority();
        try
        {
            Rest(_options.ScrubDelay, _stop.Token);
            while (true)
            {
                WaitForPass();
                if (!IsHeldUp(out var until))
                    RunPass();
                else
                    until.Wait(_stop.Token);
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

            Rest(TimeSpan.FromMilliseconds(Math.Min(_options.ScrubPassTime.TotalMilliseconds - waited, TimeSpan.FromHours(1).TotalMilliseconds)), _stop.Token);
        }
    }

    private void RunPass()
    {
        ScrubPass pass;
        lock (_lock)
        {
            if (_record.PassStartedMs == 0)
                _record = _record with { PassStartedMs = NowMs, Position = "" };

            _pass = pass = new ScrubPass(_record.PassStartedMs, _record.Position);
        }

        var pace = new ScrubPace(time => Rest(time, _stop.Token));
        try
        {
            while (NextUnit(pass) is { } unit)
            {
                // Half of the time: the rest is for what comes meanwhile, and for pauses.
                SetPace(pass, pace, Math.Clamp(Units().Sum(any => any.Bytes) / (_options.ScrubPassTime.TotalSeconds / 2), BytesPerSecondMin, Math.Max(BytesPerSecondMin, _options.ScrubBytesPerSecondMax)));
                Check(pass, unit, pace, WaitWhileHeldUp, _stop.Token);
                lock (_lock)
                {
                    // One that somebody asked for has come to its end meanwhile.
                    if (_record.PassStartedMs != pass.StartedMs)
                        return;

                    _record = _record with { Position = pass.Position };
                }

                SaveNowAndThen();
            }

            lock (_lock)
            {
                if (_record.PassStartedMs == pass.StartedMs)
                    _record = new ScrubRecord(0, "", pass.StartedMs, NowMs);
            }

            Save();
        }
        finally
        {
            lock (_lock)
            {
                _lastFile = pass.File ?? _lastFile;
                _pass = null;
            }
        }
    }

    private void RunAsked(TaskCompletionSource<ScrubReport> ended, CancellationToken cancellationToken)
    {
        LinuxThreads.LowerPriority();
        var pass = new ScrubPass(NowMs, "");
        lock (_lock)
        {
            _asked = pass;
            _askedEnded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        ScrubReport? report = null;
        Exception? failure = null;
        try
        {
            report = ReadAll(pass, cancellationToken);
        }
        catch (Exception problem)
        {
            // Whoever asked is told.
            failure = problem;
        }

        lock (_lock)
        {
            if (report is not null)
                _record = new ScrubRecord(0, "", pass.StartedMs, report.Finished.ToUnixTimeMilliseconds());

            _lastFile = pass.File ?? _lastFile;
            _asked = null;
            _askedEnded!.SetResult();
            _askedEnded = null;
        }

        if (report is not null)
            Save();

        if (failure is OperationCanceledException)
            ended.SetCanceled(cancellationToken);
        else if (failure is not null)
            ended.SetException(failure);
        else
            ended.SetResult(report!);
    }

    private ScrubReport ReadAll(ScrubPass pass, CancellationToken cancellationToken)
    {
        var pace = new ScrubPace(time => Rest(time, cancellationToken));
        SetPace(pass, pace, Math.Max(BytesPerSecondMin, _options.ScrubBytesPerSecondMax));
        while (NextUnit(pass) is { } unit)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Check(pass, unit, pace, cancellationToken.ThrowIfCancellationRequested, cancellationToken);
        }

        return new ScrubReport(pass.FilesRead, pass.BytesRead, TimeOrNull(pass.StartedMs)!.Value, TimeOrNull(NowMs)!.Value, pass.Damages);
    }

    private void SetPace(ScrubPass pass, ScrubPace pace, double bytesPerSecond)
    {
        pace.BytesPerSecond = bytesPerSecond;
        lock (_lock)
            pass.BytesPerSecond = bytesPerSecond;
    }

    private ScrubUnit? NextUnit(ScrubPass pass)
    {
        ScrubUnit? next = null;
        foreach (var unit in Units())
        {
            if (string.CompareOrdinal(unit.Name, pass.Position) > 0 && (next is null || string.CompareOrdinal(unit.Name, next.Name) < 0))
                next = unit;
        }

        return next;
    }

    private void Check(ScrubPass pass, ScrubUnit unit, ScrubPace pace, Action checkpoint, CancellationToken cancellationToken)
    {
        lock (_lock)
            pass.File = unit.Path;

        try
        {
            unit.Verify(OnRead, cancellationToken);
        }
        catch (VectorStoreException problem) when (unit.IsStillNeeded())
        {
            var damage = FileDamage.From(problem) ?? new FileDamage(unit.Path, null, problem.Message);
            lock (_lock)
            {
                pass.Damages.Add(damage);
                if (!_damages.Exists(known => known.File == damage.File))
                    _damages.Add(damage);
            }

            unit.Report(problem);
        }
        catch (VectorStoreException)
        {
            // A merge has replaced the file, or the collection is gone.
        }

        lock (_lock)
        {
            pass.Position = unit.Name;
            pass.FilesRead++;
            pass.BytesReadOfFile = 0;
        }

        void OnRead(long bytes)
        {
            lock (_lock)
            {
                pass.BytesRead += bytes;
                pass.BytesReadOfFile += bytes;
            }

            pace.Keep(bytes);
            checkpoint();
        }
    }

    /// <summary>While it is paused, or somebody has asked for a pass.</summary>
    private bool IsHeldUp([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Task? until)
    {
        lock (_lock)
            until = _askedEnded?.Task ?? _resumed?.Task;

        return until is not null;
    }

    private void WaitWhileHeldUp()
    {
        while (IsHeldUp(out var until))
            until.Wait(_stop.Token);
    }

    private void Rest(TimeSpan time, CancellationToken cancellationToken)
    {
        if (time > TimeSpan.Zero)
            Task.Delay(time, _options.TimeProvider, cancellationToken).GetAwaiter().GetResult();
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
        try
        {
            lock (_saving)
            {
                ScrubRecord record;
                lock (_lock)
                    record = _record;

                _savedAt = _options.TimeProvider.GetTimestamp();
                record.Write(_fileSystem, _directory);
            }
        }
        catch (StorageException problem)
        {
            _options.Log?.Invoke($"how far the scrubber is was not saved; after a restart it reads some files again: {problem.Message}");
        }
    }
}
