namespace VectorStore.Engine.Collections;

/// <summary>A job that runs, as its threads report on it and as others look at it.</summary>
internal sealed class OptimizerRun(OptimizerJobKind kind, IReadOnlyList<uint> segments, long rows, TimeProvider time)
{
    // Below this much of a job and of a second, a guess would be a wild one.
    private const double ShareToGuessFrom = 0.02;
    private static readonly TimeSpan s_elapsedToGuessFrom = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly DateTimeOffset _started = time.GetUtcNow();
    private readonly long _startedAt = time.GetTimestamp();

    // Guarded by _lock.
    private OptimizerPhase _phase = kind == OptimizerJobKind.Seal ? OptimizerPhase.Encode : OptimizerPhase.Copy;
    private double _share;
    private TimeSpan _elapsedAtShare;

    public OptimizerJobKind Kind => kind;

    /// <summary>How far it is. Of several threads the one that is furthest counts.</summary>
    public void Report(OptimizerPhase phase, double share)
    {
        lock (_lock)
        {
            if (share < _share)
                return;

            _phase = phase;
            _share = Math.Min(1, share);
            _elapsedAtShare = time.GetElapsedTime(_startedAt);
        }
    }

    public OptimizerJob ToJob()
    {
        var elapsed = time.GetElapsedTime(_startedAt);
        lock (_lock)
        {
            return new OptimizerJob
            {
                Kind = kind,
                Segments = segments,
                Rows = rows,
                Phase = _phase,
                ShareDone = _share,
                Started = _started,
                Elapsed = elapsed,
                Remaining = RemainingLocked(elapsed),
            };
        }
    }

    public OptimizerOutcome ToOutcome() => new(kind, segments, rows, time.GetUtcNow(), time.GetElapsedTime(_startedAt));

    public OptimizerProblem ToProblem(string message) => new(kind, message, time.GetUtcNow());

    private TimeSpan? RemainingLocked(TimeSpan elapsed)
    {
        if (_share < ShareToGuessFrom || elapsed < s_elapsedToGuessFrom)
            return null;

        // From the last report on, the guess counts down.
        var left = (_elapsedAtShare / _share) - elapsed;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
