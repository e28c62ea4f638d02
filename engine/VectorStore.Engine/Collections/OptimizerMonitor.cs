namespace VectorStore.Engine.Collections;

/// <summary>Remembers what the optimizer of a collection does and did last. Thread-safe.</summary>
internal sealed class OptimizerMonitor(TimeProvider time)
{
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private OptimizerRun? _run;
    private OptimizerOutcome? _lastFinished;
    private OptimizerProblem? _lastProblem;

    public OptimizerRun Begin(OptimizerJobKind kind, IReadOnlyList<uint> segments, long rows)
    {
        var run = new OptimizerRun(kind, segments, rows, time);
        lock (_lock)
            _run = run;

        return run;
    }

    public void Finish(OptimizerRun run)
    {
        lock (_lock)
        {
            _lastFinished = run.ToOutcome();
            _run = null;
        }
    }

    public void Fail(OptimizerRun run, string message)
    {
        lock (_lock)
        {
            _lastProblem = run.ToProblem(message);
            _run = null;
        }
    }

    /// <summary>The job was stopped: neither finished nor failed.</summary>
    public void Stop()
    {
        lock (_lock)
            _run = null;
    }

    /// <summary>What it is, with what the collection says is waiting.</summary>
    public OptimizerStatus ToStatus(bool isPaused, IReadOnlyList<uint> waitingToSeal, IReadOnlyList<uint> waitingToMerge, IReadOnlyList<uint> waitingToRebuild)
    {
        lock (_lock)
        {
            var current = _run?.ToJob();
            return new OptimizerStatus
            {
                State = isPaused ? OptimizerState.Paused : current is null ? OptimizerState.Idle : OptimizerState.Running,
                Current = current,
                WaitingToSeal = [.. waitingToSeal.Where(number => current?.Segments.Contains(number) != true)],
                WaitingToMerge = waitingToMerge.Any(number => current?.Segments.Contains(number) == true) ? [] : waitingToMerge,
                WaitingToRebuild = [.. waitingToRebuild.Where(number => current?.Segments.Contains(number) != true)],
                LastFinished = _lastFinished,
                LastProblem = _lastProblem,
            };
        }
    }
}
