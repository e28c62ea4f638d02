namespace VectorStore.Engine.Collections;

/// <summary>Decides which searches are repeated exactly, and remembers what came of it: per vector the last <see cref="SearchesKept"/>.</summary>
/// <remarks>
/// One repetition at a time and collection, not more than one each <see cref="s_intervalMin"/>, and after each a rest of <see cref="RestPerWork"/> times as long as it
/// took, so that it never takes more than a hundredth of a core.
/// </remarks>
internal sealed class RecallSampler(double share, int vectors, TimeProvider time)
{
    public const int SearchesKept = 256;

    private const int RestPerWork = 99;
    private static readonly TimeSpan s_intervalMin = TimeSpan.FromMilliseconds(200);

    // Guards the queues.
    private readonly Lock _lock = new();
    private readonly Queue<(int Found, int Wanted)>[] _samples = [.. Enumerable.Range(0, vectors).Select(_ => new Queue<(int Found, int Wanted)>())];

    // Of each thread its own, so that searches share no cache line; zero before the first draw.
    [ThreadStatic]
    private static uint s_draws;

    private int _isBusy;
    private long _startedAt;
    private long _notBefore = long.MinValue;

    /// <summary>Whether this search is to be repeated; then <see cref="End"/> must follow. Allocates nothing.</summary>
    public bool TryBegin()
    {
        if (share == 0 || NextDraw() >= share || Interlocked.CompareExchange(ref _isBusy, 1, 0) != 0)
            return false;

        long now = time.GetTimestamp();
        if (now < _notBefore)
        {
            Volatile.Write(ref _isBusy, 0);
            return false;
        }

        _startedAt = now;
        return true;
    }

    /// <summary>The next of a thread's numbers from 0 to below 1: xorshift of Marsaglia, good enough to pick searches by.</summary>
    private static double NextDraw()
    {
        uint draw = s_draws == 0 ? 0x9E3779B9u * (uint)(Environment.CurrentManagedThreadId + 1) : s_draws;
        draw ^= draw << 13;
        draw ^= draw >> 17;
        draw ^= draw << 5;
        s_draws = draw;
        return draw / (uint.MaxValue + 1.0);
    }

    /// <summary>The repetition is over, whatever came of it.</summary>
    public void End()
    {
        long now = time.GetTimestamp();
        long interval = (long)(s_intervalMin.TotalSeconds * time.TimestampFrequency);
        _notBefore = Math.Max(_startedAt + interval, now + (RestPerWork * (now - _startedAt)));
        Volatile.Write(ref _isBusy, 0);
    }

    /// <summary>Of so many that should have been found, so many were.</summary>
    public void Record(int vector, int found, int wanted)
    {
        lock (_lock)
        {
            var samples = _samples[vector];
            if (samples.Count == SearchesKept)
                samples.Dequeue();

            samples.Enqueue((found, wanted));
        }
    }

    /// <summary>What was measured for the vectors that have samples.</summary>
    public IReadOnlyList<MeasuredRecall> Measured(Segments.VectorSchema schema)
    {
        lock (_lock)
        {
            var measured = new List<MeasuredRecall>();
            for (int vector = 0; vector < _samples.Length; vector++)
            {
                var samples = _samples[vector];
                if (samples.Count > 0)
                    measured.Add(new MeasuredRecall(schema[vector].Name, samples.Sum(sample => (long)sample.Found) / (double)samples.Sum(sample => (long)sample.Wanted), samples.Count));
            }

            return measured;
        }
    }
}
