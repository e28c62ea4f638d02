namespace VectorStore.Server.Transfers;

/// <summary>How many transfers run, and their end when the server stops. Thread-safe.</summary>
internal sealed class TransferList(TimeProvider time)
{
    private readonly CancellationTokenSource _cutOff = new();
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private int _count;
    private bool _isClosed;
    private TaskCompletionSource? _empty;

    public int Count
    {
        get
        {
            lock (_lock)
                return _count;
        }
    }

    /// <summary>What runs has to end now.</summary>
    public CancellationToken CutOff => _cutOff.Token;

    /// <summary>Counts a transfer until what is returned is disposed; null: none may begin any more.</summary>
    public IDisposable? TryEnter()
    {
        lock (_lock)
        {
            if (_isClosed)
                return null;

            _count++;
            return new Entry(this);
        }
    }

    /// <summary>Lets nothing begin any more and waits for what runs. What runs longer than the limit is cut off.</summary>
    public async Task DrainAsync(TimeSpan limit)
    {
        Task empty;
        lock (_lock)
        {
            _isClosed = true;
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_count == 0)
                _empty.TrySetResult();

            empty = _empty.Task;
        }

        try
        {
            await empty.WaitAsync(limit, time);
        }
        catch (TimeoutException)
        {
            await _cutOff.CancelAsync();
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_count == 0)
                _empty?.TrySetResult();
        }
    }

    private sealed class Entry(TransferList list) : IDisposable
    {
        private int _isLeft;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isLeft, 1) == 0)
                list.Leave();
        }
    }
}
