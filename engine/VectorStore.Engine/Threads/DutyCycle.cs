namespace VectorStore.Engine.Threads;

/// <summary>Tells a thread how long to rest so that it works no more than a share of the time.</summary>
/// <remarks>What counts as work is processor time, so waiting for a disk or for other threads is rest already. For one thread.</remarks>
internal sealed class DutyCycle
{
    // Shorter rests cost more than they give.
    private static readonly TimeSpan s_restMin = TimeSpan.FromMilliseconds(5);

    // Rest that was not asked for, while waiting, is credit for no longer than this.
    private static readonly TimeSpan s_spanMax = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly Func<TimeSpan> _processorTime;
    private long _since;
    private TimeSpan _workedBefore;

    /// <param name="time">Clock of the wall.</param>
    /// <param name="processorTime">Processor time of the thread so far.</param>
    public DutyCycle(TimeProvider time, Func<TimeSpan> processorTime)
    {
        _time = time;
        _processorTime = processorTime;
        StartAgain();
    }

    /// <summary>How long to rest now; zero where that is not due, or not worth it yet.</summary>
    /// <param name="share">Of the time, above 0 and up to 1.</param>
    public TimeSpan RestDue(double share)
    {
        var elapsed = _time.GetElapsedTime(_since);
        var due = ((_processorTime() - _workedBefore) / share) - elapsed;
        if (due >= s_restMin)
            return due;

        if (elapsed > s_spanMax)
            StartAgain();

        return TimeSpan.Zero;
    }

    /// <summary>Counts from now on: what was worked before is forgiven.</summary>
    public void StartAgain()
    {
        _since = _time.GetTimestamp();
        _workedBefore = _processorTime();
    }
}
