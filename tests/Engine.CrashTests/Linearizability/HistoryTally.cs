using VectorStore.Linearizability;

namespace VectorStore.Engine.CrashTests.Linearizability;

/// <summary>What happened in histories: a suite in which nothing overlaps and nothing goes on beside the clients shows nothing. Thread-safe.</summary>
internal sealed class HistoryTally
{
    private static readonly string[] s_jobs = ["seals", "seals", "optimizings", "renewals", "changes of the configuration", "snapshots"];

    private readonly int[] _jobs = new int[s_jobs.Length];
    private int _histories;
    private int _calls;
    private int _overlapping;
    private int _cancelled;
    private int _unknown;
    private int _closes;
    private int _crashes;

    public int Calls => _calls;

    public int Overlapping => _overlapping;

    public int Unknown => _unknown;

    public int Crashes => _crashes;

    public int Closes => _closes;

    public int Jobs => _jobs.Sum();

    public void CountJob(int job) => Interlocked.Increment(ref _jobs[job]);

    public void CountEnd(PhaseEnd end, bool hasCrashed)
    {
        if (end == PhaseEnd.Close)
            Interlocked.Increment(ref _closes);
        if (hasCrashed)
            Interlocked.Increment(ref _crashes);
    }

    /// <summary>Counts the calls of a history that is at its end.</summary>
    public HistoryTally Count(HistoryRecorder recorder)
    {
        var (calls, overlapping) = recorder.Count();
        _histories = 1;
        _calls = calls;
        _overlapping = overlapping;
        _cancelled = recorder.Cancelled;
        _unknown = recorder.Unknown;
        return this;
    }

    /// <summary>Takes over what happened in another.</summary>
    public void Add(HistoryTally other)
    {
        lock (_jobs)
        {
            _histories += other._histories;
            _calls += other._calls;
            _overlapping += other._overlapping;
            _cancelled += other._cancelled;
            _unknown += other._unknown;
            _closes += other._closes;
            _crashes += other._crashes;
            for (int job = 0; job < _jobs.Length; job++)
                _jobs[job] += other._jobs[job];
        }
    }

    public override string ToString() =>
        $"{_histories} histories: {_calls} calls, {_overlapping} of them overlapping another of their group; {_cancelled} writes taken back, {_unknown} never answered; {_crashes} crashes, {_closes} restarts; "
        + string.Join(", ", s_jobs.Zip(_jobs).GroupBy(job => job.First).Select(job => $"{job.Sum(one => one.Second)} {job.Key}"));
}
