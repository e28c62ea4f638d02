namespace VectorStore.Client.Rpc;

/// <summary>A fixed number of HTTP/2 connections. A call goes to the one with the fewest calls, in turn where several have as few. Thread-safe.</summary>
/// <remarks>
/// The framework's handler can open further connections by itself once one has all its streams in use. We leave that off: how many connections there
/// are is then what the caller said, and calls beyond the server's limit wait their turn instead of making a connection each time.
/// </remarks>
internal sealed class ConnectionPool : IDisposable
{
    // Vectors come in megabytes: larger windows than the default 64 KiB save round trips before the framework's own tuning has seen the load.
    private const int StreamWindowBytes = 1024 * 1024;

    private static readonly TimeSpan s_pingDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pingTimeout = TimeSpan.FromSeconds(20);

    private readonly PooledConnection[] _connections;
    private uint _turn;

    public ConnectionPool(RpcChannelOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Connections, 1);
        _connections = new PooledConnection[options.Connections];
        for (int i = 0; i < _connections.Length; i++)
            _connections[i] = new PooledConnection(new HttpMessageInvoker(CreateHandler(options)));
    }

    /// <summary>The connection for a call, which gives it back by <see cref="PooledConnection.Return"/>.</summary>
    public PooledConnection Rent()
    {
        var best = _connections[0];
        if (_connections.Length > 1)
        {
            uint first = Interlocked.Increment(ref _turn);
            best = _connections[first % (uint)_connections.Length];
            for (uint i = 1; i < _connections.Length; i++)
            {
                var other = _connections[(first + i) % (uint)_connections.Length];
                if (other.Calls < best.Calls)
                    best = other;
            }
        }

        best.Take();
        return best;
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
            connection.Invoker.Dispose();
    }

    private static HttpMessageHandler CreateHandler(RpcChannelOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = System.Net.DecompressionMethods.None,
            EnableMultipleHttp2Connections = false,
            InitialHttp2StreamWindowSize = StreamWindowBytes,
            ConnectTimeout = options.ConnectTimeout,

            // A machine that vanished answers no pings: its calls fail instead of waiting for ever.
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            KeepAlivePingDelay = s_pingDelay,
            KeepAlivePingTimeout = s_pingTimeout,
        };
        options.ConfigureHandler?.Invoke(handler);
        return options.WrapHandler?.Invoke(handler) ?? handler;
    }
}
