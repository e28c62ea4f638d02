using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc;

internal abstract partial class RpcCall
{
    private const string CallHasEnded = "the call has ended";

    private enum Phase
    {
        /// <summary>Nobody writes.</summary>
        Open,

        /// <summary>The handler writes; nobody else may.</summary>
        Writing,

        /// <summary>The handler writes; when it leaves, the status goes out that waits in <see cref="_outsideError"/>.</summary>
        WritingBeforeEnd,

        /// <summary>Somebody has the right to write the status, or has written it.</summary>
        Ended,
    }

    private Phase _phase;

    // Guarded by _sync where it changes.
    private int _use;

    // The handler wrote its last message, and with it took the right to write the status.
    private bool _ownsEnd;

    private RpcException? _outsideError;
    private TaskCompletionSource? _outsideEnd;

    // Two things have to be over before the exchange may go back to Kestrel: the status is written, and nobody interrupts the transport any more.
    private int _outsideRest;

    private Phase ReadPhase() => Interlocked.CompareExchange(ref _phase, Phase.Open, Phase.Open);

    private bool HasEnded => ReadPhase() >= Phase.WritingBeforeEnd;

    private void EnterWriting()
    {
        if (Interlocked.CompareExchange(ref _phase, Phase.Writing, Phase.Open) is var phase && phase != Phase.Open)
            ThrowNotOpen(phase);

        // Kestrel swallows what is written to a caller that is gone; a handler that only writes would never end.
        if (Cancellation.IsCancellationRequested)
        {
            LeaveWriting();
            throw new OperationCanceledException(CallHasEnded);
        }
    }

    private void LeaveWriting()
    {
        if (Interlocked.CompareExchange(ref _phase, Phase.Open, Phase.Writing) != Phase.Writing)
        {
            Interlocked.Exchange(ref _phase, Phase.Ended);
            _ = FinishFromOutsideAsync();
        }
    }

    private void ClaimEnd()
    {
        if (Interlocked.CompareExchange(ref _phase, Phase.Ended, Phase.Open) is var phase && phase != Phase.Open)
            ThrowNotOpen(phase);

        _ownsEnd = true;
    }

    private static void ThrowNotOpen(Phase phase)
    {
        if (phase == Phase.Writing)
            throw new InvalidOperationException("a response is being written; await it before the next");

        throw new OperationCanceledException(CallHasEnded);
    }

    /// <summary>The handler has ended: writes the status, or waits for whoever does.</summary>
    private ValueTask EndAsync(RpcException? error)
    {
        if (_ownsEnd || Interlocked.CompareExchange(ref _phase, Phase.Ended, Phase.Open) == Phase.Open)
            return FinishQuietlyAsync(error);

        // A write that its handler did not await, or an end from outside.
        EndFromOutside(error, _use);
        return new ValueTask(_outsideEnd!.Task);
    }

    private void EndFromOutside(RpcException? error, int use)
    {
        Phase before;
        lock (_sync)
        {
            // A timer, or whoever stops the server, may come late and find the next call here.
            if (_use != use)
                return;

            before = ReadPhase();
            if (before >= Phase.WritingBeforeEnd)
                return;

            _outsideError = error;
            _outsideRest = 2;
            _outsideEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            while (true)
            {
                var after = before == Phase.Open ? Phase.Ended : Phase.WritingBeforeEnd;
                var found = Interlocked.CompareExchange(ref _phase, after, before);
                if (found == before)
                    break;

                if (found == Phase.Ended)
                {
                    _outsideEnd = null;
                    return;
                }

                before = found;
            }
        }

        Interrupt();
        if (before == Phase.Open)
            _ = FinishFromOutsideAsync();

        CancelToken();
        EndOutsidePart();
    }

    private void Interrupt()
    {
        try
        {
            InterruptTransport();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // Kestrel's reader says so where the stream was reset a moment ago: nothing is pending then.
            _runtime.Logger.CallerGone(Method, exception);
        }
    }

    private void EndOutsidePart()
    {
        if (Interlocked.Decrement(ref _outsideRest) == 0)
            _outsideEnd!.SetResult();
    }

    /// <summary>The status goes out now, though the handler may run on.</summary>
    private async Task FinishFromOutsideAsync()
    {
        try
        {
            await FinishQuietlyAsync(_outsideError);
            await Http.Response.CompleteAsync();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            _runtime.Logger.CallerGone(Method, exception);
        }
        finally
        {
            EndOutsidePart();
        }
    }

    private async ValueTask FinishQuietlyAsync(RpcException? error)
    {
        try
        {
            await FinishAsync(error);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            _runtime.Logger.CallerGone(Method, exception);
        }
    }
}
