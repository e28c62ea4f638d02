using System.Runtime.CompilerServices;
using Polly;
using VectorStore.Client.Errors;
using VectorStore.Client.Rpc;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Calls;

/// <summary>Calls of the server's methods with everything around them: time limits, repetition, errors as exceptions of this library. Thread-safe.</summary>
internal sealed class ServerCalls : IDisposable
{
    private readonly RpcChannel _channel;
    private readonly Metadata? _headers;
    private readonly TimeSpan? _timeout;
    private readonly ResiliencePipeline _repeating;
    private readonly ResiliencePipeline _repeatingUnsent;

    public ServerCalls(VectorStoreClientOptions options)
    {
        var channelOptions = ClientOptionsCheck.ToChannelOptions(options);
        _headers = ClientOptionsCheck.ToMetadata(options.Headers);
        _timeout = options.Timeout;
        var log = options.LoggerFactory?.CreateLogger("VectorStore.Client");
        _repeating = RetryPipeline.Create(options.Retry, RetryPipeline.IsTransient, log);
        _repeatingUnsent = RetryPipeline.Create(options.Retry, RetryPipeline.WasNeverSent, log);
        _channel = new RpcChannel(options.Endpoint, channelOptions);
    }

    public Uri Endpoint => _channel.Address;

    /// <summary>Calls a method with one request and one response.</summary>
    /// <exception cref="VectorStoreException">The call failed.</exception>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        ServiceMethod<TRequest, TResponse> method, TRequest request, CallKind kind, CancellationToken cancellationToken)
    {
        var attempts = new Attempts<TRequest, TResponse>(this, method, request, kind == CallKind.RepeatableLong ? null : _timeout);
        try
        {
            return await (kind == CallKind.Once ? _repeatingUnsent : _repeating)
                .ExecuteAsync(static (attempts, token) => attempts.CallAsync(token), attempts, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException error)
        {
            throw ErrorTranslator.ToException(error);
        }
    }

    /// <summary>Calls a method with a stream of responses. Repeated until the first response is there, not afterwards.</summary>
    /// <exception cref="VectorStoreException">The call failed; the responses before that are good.</exception>
    public async IAsyncEnumerable<TResponse> StreamAsync<TRequest, TResponse>(
        ServiceMethod<TRequest, TResponse> method, TRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RpcStream<TRequest, TResponse>? stream = null;
        try
        {
            while (true)
            {
                try
                {
                    if (stream is null)
                    {
                        var attempts = new Attempts<TRequest, TResponse>(this, method, request, timeout: null);
                        stream = await _repeating.ExecuteAsync(static (attempts, token) => attempts.OpenAsync(token), attempts, cancellationToken).ConfigureAwait(false);
                        if (stream is null)
                            yield break;
                    }
                    else if (!await stream.MoveNextAsync().ConfigureAwait(false))
                        yield break;
                }
                catch (RpcException error)
                {
                    throw ErrorTranslator.ToException(error);
                }

                yield return stream.Current;
            }
        }
        finally
        {
            if (stream is not null)
                await stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    public void Dispose() => _channel.Dispose();

    /// <summary>All tries of one call, which share its time.</summary>
    private sealed class Attempts<TRequest, TResponse>(ServerCalls calls, ServiceMethod<TRequest, TResponse> method, TRequest request, TimeSpan? timeout)
    {
        private readonly long _start = timeout is null ? 0 : Environment.TickCount64;

        public async ValueTask<TResponse> CallAsync(CancellationToken cancellationToken) =>
            await calls._channel.UnaryAsync(method.Name, method.Requests, method.Responses, request, Options(cancellationToken)).ConfigureAwait(false);

        /// <summary>A stream that stands on its first response; null where it has none.</summary>
        public async ValueTask<RpcStream<TRequest, TResponse>?> OpenAsync(CancellationToken cancellationToken)
        {
            var stream = calls._channel.ServerStreaming(method.Name, method.Requests, method.Responses, request, Options(cancellationToken));
            bool found = false;
            try
            {
                found = await stream.MoveNextAsync().ConfigureAwait(false);
                return found ? stream : null;
            }
            finally
            {
                if (!found)
                    await stream.DisposeAsync().ConfigureAwait(false);
            }
        }

        private CallOptions Options(CancellationToken cancellationToken) => new()
        {
            Timeout = timeout is { } all ? all - TimeSpan.FromMilliseconds(Environment.TickCount64 - _start) : null,
            Cancellation = cancellationToken,
            Headers = calls._headers,
        };
    }
}
