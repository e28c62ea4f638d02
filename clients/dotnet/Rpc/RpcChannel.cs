using System.Collections.Concurrent;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Rpc;

/// <summary>Calls methods of one server by gRPC over HTTP/2: with prior knowledge where the address begins with http, over TLS where it begins with https. Thread-safe.</summary>
/// <remarks>Methods are named <c>package.Service/Method</c>. A call that fails throws <see cref="RpcException"/>, one that its caller cancels <see cref="OperationCanceledException"/>.</remarks>
internal sealed class RpcChannel : IDisposable
{
    private readonly ConnectionPool _connections;
    private readonly ConcurrentDictionary<string, Uri> _methods = new(StringComparer.Ordinal);

    /// <param name="address">Scheme, host and port.</param>
    /// <param name="options">How to connect.</param>
    public RpcChannel(Uri address, RpcChannelOptions? options = null)
    {
        Address = address;
        Options = options ?? new RpcChannelOptions();
        _connections = new ConnectionPool(Options);
    }

    public Uri Address { get; }

    public RpcChannelOptions Options { get; }

    /// <summary>One request, one response.</summary>
    public async Task<TResponse> UnaryAsync<TRequest, TResponse>(
        string method, IMessageCodec<TRequest> requests, IMessageCodec<TResponse> responses, TRequest request, CallOptions options = default)
    {
        using var call = new RpcCall(this, method, options, isStream: false);
        await call.StartAsync(new MessageContent<TRequest>(requests, request, call.CompressesRequests)).ConfigureAwait(false);
        return await call.ReadOnlyAsync(responses).ConfigureAwait(false);
    }

    /// <summary>One request, a stream of responses. The request is sent at once.</summary>
    public RpcStream<TRequest, TResponse> ServerStreaming<TRequest, TResponse>(
        string method, IMessageCodec<TRequest> requests, IMessageCodec<TResponse> responses, TRequest request, CallOptions options = default)
    {
        var call = new RpcCall(this, method, options, isStream: true);
        return new RpcStream<TRequest, TResponse>(call, responses, new MessageContent<TRequest>(requests, request, call.CompressesRequests));
    }

    /// <summary>A stream of requests; one response, or a stream of them. The call begins at once.</summary>
    public RpcStream<TRequest, TResponse> Streaming<TRequest, TResponse>(
        string method, IMessageCodec<TRequest> requests, IMessageCodec<TResponse> responses, CallOptions options = default) =>
        new(new RpcCall(this, method, options, isStream: true), responses, new RequestStreamContent<TRequest>(requests));

    /// <summary>Closes the connections. Calls that run end with <see cref="StatusCode.Unavailable"/>.</summary>
    public void Dispose() => _connections.Dispose();

    internal PooledConnection Rent() => _connections.Rent();

    internal Uri UriOf(string method) => _methods.GetOrAdd(method, static (name, address) => new Uri(address, $"/{name}"), Address);
}
