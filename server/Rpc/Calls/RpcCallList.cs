using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc.Calls;

/// <summary>The calls that run, and the decision whether another one may. Thread-safe.</summary>
internal sealed class RpcCallList(int? countMax)
{
    private readonly Lock _lock = new();

    // Guarded by _lock. The calls are linked through RpcCall.Previous and RpcCall.Next, so that listing one allocates nothing.
    private RpcCall? _first;
    private int _count;
    private bool _isClosed;
    private TaskCompletionSource? _empty;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Lists a call, or says why it may not run.</summary>
    public RpcException? TryAdd(RpcCall call)
    {
        int count;
        lock (_lock)
        {
            if (_isClosed)
                return Stopping();

            count = _count;
            if (countMax is not { } max || count < max)
            {
                call.Next = _first;
                if (_first is not null)
                    _first.Previous = call;

                _first = call;
                _count = count + 1;
                return null;
            }
        }

        return new RpcException(StatusCode.Unavailable, $"{count} calls are running, at most {countMax} may", RpcReasons.TooManyCalls);
    }

    public void Remove(RpcCall call)
    {
        lock (_lock)
        {
            if (call.Previous is null)
                _first = call.Next;
            else
                call.Previous.Next = call.Next;

            if (call.Next is not null)
                call.Next.Previous = call.Previous;

            call.Previous = null;
            call.Next = null;
            if (--_count == 0)
                _empty?.TrySetResult();
        }
    }

    /// <summary>Refuses all further calls.</summary>
    /// <returns>Completes when none is left.</returns>
    public Task Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_count == 0)
                _empty.TrySetResult();

            return _empty.Task;
        }
    }

    /// <summary>The calls that run at this moment, and which use of them.</summary>
    public List<(RpcCall Call, int Use)> ToList()
    {
        lock (_lock)
        {
            var calls = new List<(RpcCall, int)>(_count);
            for (var call = _first; call is not null; call = call.Next)
                calls.Add((call, call.Use));

            return calls;
        }
    }

    /// <summary>What calls end with while the server stops.</summary>
    public static RpcException Stopping() => new(StatusCode.Unavailable, "the server is stopping", RpcReasons.Stopping);
}
