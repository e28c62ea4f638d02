namespace VectorStore.Engine.Snapshots;

/// <summary>Lets one operation at a time work on a snapshot, any number on different ones, and waits for all of them before the database closes. Thread-safe.</summary>
internal sealed class SnapshotGate : IAsyncDisposable
{
    private readonly Lock _lock = new();

    // Who works on a snapshot or waits to. Guarded by _lock.
    private readonly Dictionary<string, Turn> _turns = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private bool _isClosed;

    /// <summary>Runs one operation on a thread of the pool, once it is its turn.</summary>
    /// <param name="key">What it works on.</param>
    /// <param name="work">Is handed a token that closing cancels too.</param>
    /// <param name="cancellationToken">Of the caller.</param>
    /// <exception cref="DatabaseStateException">The database is closed, or was before the end.</exception>
    public async Task<T> RunAsync<T>(string key, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var turn = Enter(key);
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
            await turn.Free.WaitAsync(stop.Token).ConfigureAwait(false);
            try
            {
                return await Task.Run(() => work(stop.Token), stop.Token).ConfigureAwait(false);
            }
            finally
            {
                turn.Free.Release();
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Closed();
        }
        finally
        {
            Leave(key, turn);
        }
    }

    /// <summary>Refuses what comes, cancels what runs, and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _isClosed = true;
            if (_turns.Count == 0)
                _idle.TrySetResult();
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await _idle.Task.ConfigureAwait(false);
        _closing.Dispose();
    }

    private static DatabaseStateException Closed() => new(ErrorReason.Closed, "the database is closed");

    private Turn Enter(string key)
    {
        lock (_lock)
        {
            if (_isClosed)
                throw Closed();

            if (!_turns.TryGetValue(key, out var turn))
                _turns[key] = turn = new Turn();

            turn.Users++;
            return turn;
        }
    }

    private void Leave(string key, Turn turn)
    {
        lock (_lock)
        {
            if (--turn.Users > 0)
                return;

            _turns.Remove(key);
            turn.Dispose();
            if (_isClosed && _turns.Count == 0)
                _idle.TrySetResult();
        }
    }

    private sealed class Turn : IDisposable
    {
        public SemaphoreSlim Free { get; } = new(1, 1);

        /// <summary>Guarded by _lock.</summary>
        public int Users { get; set; }

        public void Dispose() => Free.Dispose();
    }
}
