namespace VectorStore.Server.Services;

/// <summary>Bounds the bytes that wait for the log: the log's queue itself takes whatever comes. Thread-safe.</summary>
/// <remarks>A single write larger than the budget is let in when nothing else is there, so that no request is impossible.</remarks>
internal sealed class WriteBudget(long bytesMax)
{
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly Queue<Waiter> _waiting = new();
    private long _bytes;

    /// <summary>Bytes let in and not yet released.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
                return _bytes;
        }
    }

    /// <summary>Lets a write in, or refuses it at once.</summary>
    /// <exception cref="Protocol.Grpc.RpcException">Unavailable: there is no room.</exception>
    public void Enter(long bytes)
    {
        lock (_lock)
        {
            if (_waiting.Count > 0 || !FitsLocked(bytes))
                throw Busy.Because($"{_bytes} bytes of writes wait for the disk, and at most {bytesMax} may");

            _bytes += bytes;
        }
    }

    /// <summary>Lets a write in as soon as there is room, first come, first served.</summary>
    public Task EnterAsync(long bytes, CancellationToken cancellation)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (_waiting.Count == 0 && FitsLocked(bytes))
            {
                _bytes += bytes;
                return Task.CompletedTask;
            }

            waiter = new Waiter(bytes);
            _waiting.Enqueue(waiter);
        }

        return WaitAsync(waiter, cancellation);
    }

    /// <summary>Takes back what <see cref="Enter"/> or <see cref="EnterAsync"/> let in.</summary>
    public void Leave(long bytes)
    {
        lock (_lock)
        {
            _bytes -= bytes;
            AdmitLocked();
        }
    }

    private async Task WaitAsync(Waiter waiter, CancellationToken cancellation)
    {
        await using var registration = cancellation.Register(() =>
        {
            // One that gives up stays in the queue, and is passed over.
            if (waiter.TrySetCanceled(cancellation))
            {
                lock (_lock)
                    AdmitLocked();
            }
        });
        await waiter.Task;
    }

    private void AdmitLocked()
    {
        while (_waiting.TryPeek(out var next))
        {
            if (!next.Task.IsCompleted)
            {
                if (!FitsLocked(next.Bytes))
                    return;
                if (next.TrySetResult())
                    _bytes += next.Bytes;
            }

            _waiting.Dequeue();
        }
    }

    private bool FitsLocked(long bytes) => _bytes == 0 || _bytes + bytes <= bytesMax;

    private sealed class Waiter(long bytes) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Bytes { get; } = bytes;
    }
}
