namespace VectorStore.Server.Transfers;

/// <summary>Ends a transfer in which nothing moves: each wait for the other side has a limit, the whole has none. For one transfer, whose steps follow each other.</summary>
internal sealed class StallLimit : IDisposable
{
    private readonly CancellationTokenSource _stall;
    private readonly CancellationTokenSource _any;

    public StallLimit(TimeSpan limit, TimeProvider time, CancellationToken callerGone, CancellationToken cutOff)
    {
        Limit = limit;
        _stall = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _any = CancellationTokenSource.CreateLinkedTokenSource(_stall.Token, callerGone, cutOff);
    }

    /// <summary>How long a wait may take.</summary>
    public TimeSpan Limit { get; }

    /// <summary>The transfer is over: nothing has moved, the caller is gone, or the server cuts it off.</summary>
    public CancellationToken Token => _any.Token;

    /// <summary>Whether that is because nothing has moved.</summary>
    public bool HasStalled => _stall.IsCancellationRequested;

    /// <summary>A wait for the other side begins.</summary>
    public void Begin() => _stall.CancelAfter(Limit);

    /// <summary>It is over.</summary>
    public void End() => _stall.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _any.Dispose();
        _stall.Dispose();
    }
}
