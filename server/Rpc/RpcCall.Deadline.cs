using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc;

internal abstract partial class RpcCall
{
    // The longest time a timer takes; later deadlines set it again.
    private static readonly TimeSpan s_timerMax = TimeSpan.FromDays(40);

    // Guards _deadline and _use against a timer that fires late, and the making of _cancellation.
    private readonly Lock _sync = new();

    private TimeSpan? _timeout;
    private DateTimeOffset? _deadline;

    // Of the clock that nobody sets.
    private long _startTimestamp;
    private ITimer? _timer;
    private CancellationTokenSource? _cancellation;
    private CancellationTokenRegistration _abortRegistration;
    private bool _isCancellationUsed;
    private bool _isCancelled;

    public override DateTimeOffset? Deadline => _deadline;

    /// <remarks>Most of the cost of a token is only paid by calls whose handler asks for it.</remarks>
    public override CancellationToken Cancellation
    {
        get
        {
            if (Volatile.Read(ref _isCancellationUsed))
                return _cancellation!.Token;

            lock (_sync)
            {
                if (!_isCancellationUsed)
                {
                    _cancellation ??= new CancellationTokenSource();
                    _abortRegistration = Http.RequestAborted.UnsafeRegister(static call => ((RpcCall)call!).CancelToken(), this);
                    if (_isCancelled)
                        _cancellation.Cancel();

                    Volatile.Write(ref _isCancellationUsed, true);
                }
            }

            return _cancellation!.Token;
        }
    }

    /// <summary>How long the caller waits from now on. Called by <see cref="Open"/>.</summary>
    protected void SetTimeout(TimeSpan timeout) => _timeout = timeout;

    private void StartDeadline()
    {
        if (_timeout is not { } timeout)
            return;

        if (timeout <= TimeSpan.Zero)
            throw DeadlineExceeded();

        var now = Options.Time.GetUtcNow();
        lock (_sync)
        {
            _startTimestamp = Options.Time.GetTimestamp();
            _deadline = timeout < DateTimeOffset.MaxValue - now ? now + timeout : DateTimeOffset.MaxValue;
        }

        var due = timeout < s_timerMax ? timeout : s_timerMax;
        if (_timer is null)
        {
            using (ExecutionContext.SuppressFlow())
                _timer = Options.Time.CreateTimer(static call => ((RpcCall)call!).OnTimer(), this, due, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        int use;
        RpcException error;
        lock (_sync)
        {
            if (_deadline is null)
                return;

            var left = _timeout!.Value - Options.Time.GetElapsedTime(_startTimestamp);
            if (left > TimeSpan.Zero)
            {
                // Fired early, or the deadline is beyond what a timer takes.
                var due = left < s_timerMax ? left + TimeSpan.FromMilliseconds(1) : s_timerMax;
                _timer?.Change(due, Timeout.InfiniteTimeSpan);
                return;
            }

            use = _use;
            error = DeadlineExceeded();
        }

        EndFromOutside(error, use);
    }

    /// <summary>After the end. False where something from outside may still know this call.</summary>
    private bool StopDeadline()
    {
        if (_timeout is not null)
        {
            lock (_sync)
                _deadline = null;

            _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        if (!_isCancellationUsed)
            return _outsideEnd is null;

        // Nobody waits for a callback that is running: that call is not used again.
        return (_abortRegistration == default || _abortRegistration.Unregister()) && _outsideEnd is null && !_cancellation!.IsCancellationRequested;
    }

    private void CancelToken()
    {
        CancellationTokenSource? cancellation;
        lock (_sync)
        {
            _isCancelled = true;
            cancellation = _isCancellationUsed ? _cancellation : null;
        }

        // Callbacks of the handler run elsewhere: they hold up neither the timer nor the transport.
        _ = cancellation?.CancelAsync();
    }

    private RpcException DeadlineExceeded() =>
        new(StatusCode.DeadlineExceeded, $"{Method} did not end within the {_timeout!.Value.TotalMilliseconds:0.###} ms that the caller gave it");

    /// <summary>Makes the call as new. False where it cannot be used again.</summary>
    private bool Reset()
    {
        if (_isCancellationUsed && !_cancellation!.TryReset())
            return false;

        lock (_sync)
        {
            _use++;
            _phase = Phase.Open;
        }

        _http = null;
        _path = "";
        _ownsEnd = false;
        _handlerRuns = false;
        _outsideError = null;
        _timeout = null;
        _isCancellationUsed = false;
        _isCancelled = false;
        _abortRegistration = default;
        _requestHeaders = null;
        _responseHeaders = null;
        _responseTrailers = null;
        CompressResponses = Options.CompressResponses;
        return true;
    }
}
