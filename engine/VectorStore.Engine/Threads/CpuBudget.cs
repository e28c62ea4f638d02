namespace VectorStore.Engine.Threads;

/// <summary>What all background work of a database together may take of the processors.</summary>
/// <remarks>Whole processors are a number of threads; what is left over is a share of their time. Jobs that run at once divide it.</remarks>
internal sealed class CpuBudget
{
    private readonly double _processors;
    private int _jobs;

    /// <param name="share">Of all processors, above 0 and up to 1, which is no limit.</param>
    /// <param name="processors">How many there are.</param>
    /// <param name="threadsMax">More are not used, whatever the share.</param>
    public CpuBudget(double share, int processors, int threadsMax)
    {
        IsLimited = share < 1;
        _processors = share * processors;
        ThreadsMax = threadsMax;
        Threads = IsLimited ? Math.Clamp((int)Math.Ceiling(_processors), 1, threadsMax) : threadsMax;
    }

    public bool IsLimited { get; }

    /// <summary>Threads of a job within the budget.</summary>
    public int Threads { get; }

    /// <summary>Threads of a job that somebody waits for.</summary>
    public int ThreadsMax { get; }

    /// <summary>Share of the time that each thread of each job may work now.</summary>
    public double Duty => IsLimited ? Math.Min(1, _processors / Threads / Math.Max(1, Volatile.Read(ref _jobs))) : 1;

    /// <summary>A job begins that takes from the budget, and ends when what is returned is disposed.</summary>
    public IDisposable Enter()
    {
        Interlocked.Increment(ref _jobs);
        return new Job(this);
    }

    private sealed class Job(CpuBudget budget) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref budget._jobs);
    }
}
