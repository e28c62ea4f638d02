namespace VectorStore.Engine.Wal;

/// <summary>One record on its way into the log, and the promise to say when it is there.</summary>
/// <remarks>
/// It belongs to its caller until the writer takes it; a cancellation and the writer race for it once. Continuations never run on the
/// writer thread, which would let one caller's code hold up everybody's writes.
/// </remarks>
internal sealed class WalAppend(ushort kind, ReadOnlyMemory<byte> body, object? state, IWalLateBody? lateBody = null)
    : TaskCompletionSource<ulong>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int Cancelled = 2;

    private int _stage;
    private CancellationTokenRegistration _cancellation;

    public ushort Kind { get; } = kind;

    /// <summary>What is written; of no meaning yet where there is a <see cref="LateBody"/> whose turn has not come.</summary>
    public ReadOnlyMemory<byte> Body { get; set; } = body;

    /// <summary>Makes the body when its turn comes; null where it was there from the start.</summary>
    public IWalLateBody? LateBody { get; } = lateBody;

    public object? State { get; } = state;

    /// <summary>Given when the record is put into a batch.</summary>
    public ulong Lsn { get; set; }

    public int RecordBytes => WalFormat.RecordBytes(Body.Length);

    public bool IsCancelled => Volatile.Read(ref _stage) == Cancelled;

    /// <summary>Lets a token take the record back for as long as it waits. To be called once, before anybody else sees the record.</summary>
    public void CancelWith(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
            _cancellation = cancellationToken.UnsafeRegister(static (append, token) => ((WalAppend)append!).Cancel(token), this);
    }

    /// <summary>Whether the record is the writer's now; false if it was cancelled before.</summary>
    public bool TryTake()
    {
        if (Interlocked.CompareExchange(ref _stage, Taken, Waiting) != Waiting)
            return false;

        _cancellation.Unregister();
        return true;
    }

    private void Cancel(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _stage, Cancelled, Waiting) == Waiting)
            TrySetCanceled(cancellationToken);
    }
}
