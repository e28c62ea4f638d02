using System.Net;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Rpc;

/// <summary>One call from its request to its status. Disposing a call that has not ended cancels it: the server sees the stream reset.</summary>
internal sealed class RpcCall : IDisposable
{
    private static readonly TimeSpan s_timerMax = TimeSpan.FromDays(45);

    private readonly RpcChannel _channel;
    private readonly string _method;
    private readonly CallOptions _options;
    private readonly PooledConnection _connection;
    private readonly CancellationTokenSource? _cancellation;
    private HttpResponseMessage? _response;
    private FrameReader? _frames;
    private bool _statusInHeaders;
    private bool _isCancelled;
    private int _disposed;

    public RpcCall(RpcChannel channel, string method, CallOptions options, bool isStream)
    {
        options.Cancellation.ThrowIfCancellationRequested();
        _channel = channel;
        _method = method;
        _options = options;
        if (options.Timeout is { } left && left <= TimeSpan.Zero)
            throw DeadlineExceeded(null);

        if (options.Cancellation.CanBeCanceled)
            _cancellation = CancellationTokenSource.CreateLinkedTokenSource(options.Cancellation);
        else if (isStream || options.Timeout is not null)
            _cancellation = new CancellationTokenSource();

        if (options.Timeout is { } timeout)
            _cancellation!.CancelAfter(timeout < s_timerMax ? timeout : s_timerMax);

        _connection = channel.Rent();
    }

    public bool CompressesRequests => _options.Compress ?? _channel.Options.CompressRequests;

    public CancellationToken Cancellation => _cancellation?.Token ?? default;

    /// <summary>Whether the caller cancelled the call, or its time is over.</summary>
    public bool IsCancelled => _cancellation is { IsCancellationRequested: true };

    /// <summary>Whether the server ended the call without any response: nothing stands before its status.</summary>
    public bool HasStatusOnly => _statusInHeaders;

    /// <summary>Sends the request and waits for the response's headers. A stream's content goes on being written afterwards.</summary>
    public async Task StartAsync(HttpContent content)
    {
        try
        {
            var request = CreateRequest(content);
            _response = await _connection.Invoker.SendAsync(request, Cancellation).ConfigureAwait(false);
            ReadHeaders(_response);
        }
        catch (Exception exception)
        {
            throw Translate(exception);
        }
    }

    /// <summary>The response of a method that gives just one.</summary>
    public async ValueTask<T> ReadOnlyAsync<T>(IMessageCodec<T> codec)
    {
        var (found, message) = await ReadAsync(codec).ConfigureAwait(false);
        if (!found)
            throw new RpcException(StatusCode.Internal, $"{_method}: the call succeeded and there is no response");

        var (more, _) = await ReadAsync(codec).ConfigureAwait(false);
        return more ? throw new RpcException(StatusCode.Internal, $"{_method}: expected one response, got more") : message!;
    }

    /// <summary>The next response. Not found: the call has succeeded.</summary>
    /// <exception cref="RpcException">The call ended with an error.</exception>
    public async ValueTask<(bool Found, T? Message)> ReadAsync<T>(IMessageCodec<T> codec)
    {
        try
        {
            if (await _frames!.ReadAsync(Cancellation).ConfigureAwait(false))
                return (true, Take(codec));
        }
        catch (RpcException malformed)
        {
            throw TransportFailure.Unreadable(malformed);
        }
        catch (Exception exception)
        {
            throw Translate(exception);
        }

        ReadStatus(_response!);
        return (false, default);
    }

    /// <summary>What an exception of the transport means for the caller.</summary>
    public Exception Translate(Exception exception)
    {
        if (exception is RpcException)
            return exception;

        // Whatever broke while or after the caller cancelled, broke because of that.
        if (_isCancelled || _options.Cancellation.IsCancellationRequested)
            return new OperationCanceledException($"{_method} was cancelled", exception, _options.Cancellation);

        return _cancellation is { IsCancellationRequested: true } ? DeadlineExceeded(exception) : TransportFailure.ToRpcException(exception, _channel.Address);
    }

    public void Cancel()
    {
        _isCancelled = true;
        _cancellation?.Cancel();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;

        // The response first: a body that was not read to its end resets the stream.
        _response?.Dispose();
        _frames?.Dispose();
        _cancellation?.Dispose();
        _connection.Return();
    }

    private HttpRequestMessage CreateRequest(HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _channel.UriOf(_method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        var headers = request.Headers;
        headers.TryAddWithoutValidation("te", "trailers");
        if (_channel.Options.AcceptCompressed)
            headers.TryAddWithoutValidation("grpc-accept-encoding", GrpcCompression.AcceptEncoding);
        if (CompressesRequests)
            headers.TryAddWithoutValidation("grpc-encoding", GrpcCompression.Gzip);
        if (_options.Timeout is { } timeout)
            headers.TryAddWithoutValidation("grpc-timeout", GrpcTimeout.Format(timeout));

        bool hasAgent = false;
        foreach (var entry in _options.Headers ?? [])
        {
            hasAgent |= entry.Key == "user-agent";
            if (!headers.TryAddWithoutValidation(entry.Key, entry.HeaderValue))
                throw new ArgumentException($"metadata '{entry.Key}': HTTP reserves the key for bodies");
        }

        if (!hasAgent)
            headers.TryAddWithoutValidation("user-agent", UserAgent.Value);
        return request;
    }

    private T Take<T>(IMessageCodec<T> codec)
    {
        var message = _frames!.Take(codec);
        if (_options.Response is { } response)
            response.WasCompressed = _frames.WasCompressed;

        return message;
    }

    private void ReadHeaders(HttpResponseMessage response)
    {
        _statusInHeaders = ResponseStatus.Find(response.Headers, ResponseStatus.StatusKey) is not null;
        if (!_statusInHeaders)
            ResponseStatus.CheckIsGrpc(response);

        string? encoding = ResponseStatus.Find(response.Headers, "grpc-encoding");
        if (_options.Response is { } wanted)
        {
            wanted.Encoding = encoding;
            if (!_statusInHeaders)
                wanted.Headers = ResponseStatus.ReadMetadata(response.Headers);
        }

        _frames = new FrameReader(response.Content.ReadAsStream(), encoding, _channel.Options.MessageBytesMax);
    }

    private void ReadStatus(HttpResponseMessage response)
    {
        var trailers = _statusInHeaders ? response.Headers : response.TrailingHeaders;
        if (_options.Response is { } wanted)
            wanted.Trailers = ResponseStatus.ReadMetadata(trailers);

        ResponseStatus.Check(trailers);
    }

    private RpcException DeadlineExceeded(Exception? cause) =>
        new(StatusCode.DeadlineExceeded, $"{_method}: no answer from {_channel.Address.Authority} within {_options.Timeout}", innerException: cause);
}
