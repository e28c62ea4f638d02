namespace VectorStore.Engine.Collections;

/// <summary>A thread of the pool that takes over segments of somebody's search. Belongs to one caller, who asks again and again.</summary>
/// <remarks>
/// <code>
/// Idle ──Ask──► Queued ──pool──► Running ──► Idle
///                 │  ▲
///           Finish│  │Ask
///                 ▼  │
///              Abandoned ──pool──► Idle
/// </code>
/// Abandoned: the pool still has it in its queue. Asked again before the pool came to it, it need not be queued a second time; so it is in the queue at most once.
/// </remarks>
internal sealed class SearchHelper(ParallelSearch search) : IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Queued = 1;
    private const int Running = 2;
    private const int Abandoned = 3;

    private int _state;

    /// <summary>What it found; the caller's between <see cref="Finish"/> and <see cref="Ask"/>.</summary>
    public HitList Hits { get; } = new();

    /// <summary>Why it stopped early.</summary>
    public Exception? Problem { get; set; }

    /// <summary>Asks for help with what the search is about now. Caller only.</summary>
    public void Ask()
    {
        if (Interlocked.CompareExchange(ref _state, Queued, Abandoned) == Abandoned)
            return;

        Volatile.Write(ref _state, Queued);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Calls it off if it has not started, else waits until it is done. Caller only.</summary>
    public void Finish()
    {
        if (Interlocked.CompareExchange(ref _state, Abandoned, Queued) == Queued)
            return;

        // It has its last segment in hand, and runs on another processor.
        var spin = default(SpinWait);
        while (Volatile.Read(ref _state) == Running)
            spin.SpinOnce();
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (Interlocked.CompareExchange(ref _state, Running, Queued) != Queued)
        {
            if (Interlocked.CompareExchange(ref _state, Idle, Abandoned) == Abandoned)
                return;
        }

        try
        {
            search.SearchSome(Hits);
        }
        catch (Exception problem)
        {
            Problem = problem;
        }

        Volatile.Write(ref _state, Idle);
    }
}
