using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Rpc;

/// <summary>A call with streams. One writer and one reader at a time, beside each other. Disposing one that has not ended cancels the call.</summary>
internal sealed class RpcStream<TRequest, TResponse> : IAsyncDisposable
{
    private readonly RpcCall _call;
    private readonly IMessageCodec<TResponse> _responses;
    private readonly RequestStreamContent<TRequest>? _requests;
    private readonly CancellationTokenSource _writing;
    private readonly Task _started;
    private TResponse? _current;

    public RpcStream(RpcCall call, IMessageCodec<TResponse> responses, HttpContent content)
    {
        _call = call;
        _responses = responses;
        _requests = content as RequestStreamContent<TRequest>;
        _writing = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
        _started = StartAsync(content);
    }

    /// <summary>Valid after <see cref="MoveNextAsync"/> returned true.</summary>
    public TResponse Current => _current!;

    /// <summary>Returns once the response's headers are there.</summary>
    public Task HeadersAsync() => _started;

    /// <summary>Sends a request; returns once the transport has taken it, so a server that does not read slows the caller down.</summary>
    /// <param name="request">The message.</param>
    /// <param name="compress">False: send this one as it is in a call that compresses.</param>
    /// <exception cref="RpcException">The call has ended: with its status, where that is known already.</exception>
    public async ValueTask WriteAsync(TRequest request, bool compress = true)
    {
        if (_requests is null || _requests.IsCompleted)
            throw new InvalidOperationException("there are no more requests in this call");

        try
        {
            await _requests.WriteAsync(request, compress && _call.CompressesRequests, _writing.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // A server that ended the call early says why, in the response that is about to come.
            if (!_call.IsCancelled)
            {
                await _started.ConfigureAwait(false);
                await ThrowStatusAsync().ConfigureAwait(false);
            }

            throw _call.Translate(exception);
        }
    }

    /// <summary>There are no more requests.</summary>
    public void Complete() => _requests?.Complete();

    /// <summary>Waits for the next response. False where the call has succeeded and there are no more.</summary>
    /// <exception cref="RpcException">The call ended with an error.</exception>
    public async ValueTask<bool> MoveNextAsync()
    {
        await _started.ConfigureAwait(false);
        (bool found, _current) = await _call.ReadAsync(_responses).ConfigureAwait(false);
        return found;
    }

    /// <summary>The response of a method that gives just one; says that there are no more requests.</summary>
    public async Task<TResponse> ResponseAsync()
    {
        Complete();
        await _started.ConfigureAwait(false);
        return await _call.ReadOnlyAsync(_responses).ConfigureAwait(false);
    }

    /// <summary>All responses.</summary>
    public async IAsyncEnumerable<TResponse> ReadAllAsync()
    {
        while (await MoveNextAsync().ConfigureAwait(false))
            yield return Current;
    }

    /// <summary>Cancels the call: the server is told, and whoever waits gets <see cref="OperationCanceledException"/>.</summary>
    public void Cancel() => _call.Cancel();

    public async ValueTask DisposeAsync()
    {
        if (!_started.IsCompleted)
            _call.Cancel();

        try
        {
            await _started.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException)
        {
            // Whoever waited for it was told.
        }

        _call.Dispose();
        _requests?.Complete();
        _writing.Dispose();
    }

    private async Task StartAsync(HttpContent content)
    {
        try
        {
            await _call.StartAsync(content).ConfigureAwait(false);

            // A server that has refused the call reads nothing any more: a write that waits for room would wait for ever.
            if (_call.HasStatusOnly)
                await _writing.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _requests?.Fail(exception);
            throw;
        }
    }

    /// <summary>Throws the status of a call whose stream of requests broke, if no response stands before it.</summary>
    private async ValueTask ThrowStatusAsync()
    {
        if (_call.HasStatusOnly)
            await _call.ReadAsync(_responses).ConfigureAwait(false);
    }
}
