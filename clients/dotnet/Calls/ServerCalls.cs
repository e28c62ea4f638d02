using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
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
    private readonly ILogger? _log;

    public ServerCalls(VectorStoreClientOptions options)
    {
        var channelOptions = ClientOptionsCheck.ToChannelOptions(options);
        _headers = ClientOptionsCheck.ToMetadata(options.Headers);
        _timeout = options.Timeout;
        Retry = new RetryOptions { Attempts = options.Retry.Attempts, Delay = options.Retry.Delay, DelayMax = options.Retry.DelayMax };
        _log = options.LoggerFactory?.CreateLogger("VectorStore.Client");
        _repeating = RetryPipeline.Create(Retry, RetryPipeline.IsTransient, _log);
        _repeatingUnsent = RetryPipeline.Create(Retry, RetryPipeline.WasNeverSent, _log);
        _channel = new RpcChannel(options.Endpoint, channelOptions);
    }

    public Uri Endpoint => _channel.Address;

    /// <summary>How often, and after how long, a call is repeated.</summary>
    public RetryOptions Retry { get; }

    /// <summary>Calls a method with one request and one response.</summary>
    /// <exception cref="VectorStoreException">The call failed.</exception>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        ServiceMethod<TRequest, TResponse> method, TRequest request, CallKind kind, CancellationToken cancellationToken)
    {
        var attempts = new Attempts<TRequest, TResponse>(this, method, request, kind is CallKind.RepeatableLong or CallKind.OnceLong ? null : _timeout);
        try
        {
            return await (kind is CallKind.Once or CallKind.OnceLong ? _repeatingUnsent : _repeating)
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

    /// <summary>One try of a call with a stream of responses, without a time limit. Its errors are those of the channel.</summary>
    public RpcStream<TRequest, TResponse> OpenStream<TRequest, TResponse>(ServiceMethod<TRequest, TResponse> method, TRequest request, CancellationToken cancellationToken) =>
        _channel.ServerStreaming(method.Name, method.Requests, method.Responses, request, new CallOptions { Cancellation = cancellationToken, Headers = _headers });

    /// <summary>One try of a call with a stream of requests, without a time limit. Its errors are those of the channel.</summary>
    public RpcStream<TRequest, TResponse> OpenStream<TRequest, TResponse>(ServiceMethod<TRequest, TResponse> method, CancellationToken cancellationToken) =>
        _channel.Streaming(method.Name, method.Requests, method.Responses, new CallOptions { Cancellation = cancellationToken, Headers = _headers });

    /// <summary>Tells of a repetition that somebody else decided on.</summary>
    public void LogRepetition(int attempt, TimeSpan delay, RpcException problem)
    {
        if (_log is not null)
            LogMessages.CallRepeated(_log, attempt, (int)delay.TotalMilliseconds, problem.Message);
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
