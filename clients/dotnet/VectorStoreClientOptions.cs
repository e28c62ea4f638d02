using Microsoft.Extensions.Logging;

namespace VectorStore.Client;

/// <summary>How a <see cref="VectorStoreClient"/> connects and calls. Read once, when the client is made; later changes have no effect. Not thread-safe.</summary>
public sealed class VectorStoreClientOptions
{
    /// <summary>The server's gRPC port: <c>http://host:port</c> (HTTP/2 without TLS) or <c>https://host:port</c>. Default <c>http://127.0.0.1:6334</c>.</summary>
    public Uri Endpoint { get; set; } = new("http://127.0.0.1:6334");

    /// <summary>
    /// How long one call may take, repetitions included; the server is told and gives up too. More than zero; null: as long as it takes. Default 30 s.
    /// Calls that are long by nature have no such limit, only their cancellation token: <see cref="Collection.WaitForIndexAsync"/>, <see cref="Collection.SealAsync"/>,
    /// <see cref="Collection.OptimizeAsync"/>, <see cref="Collection.VerifyAsync"/>, <see cref="Collection.ScrollAsync"/>, and making, verifying, restoring and moving snapshots.
    /// </summary>
    public TimeSpan? Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long establishing a connection may take. More than zero. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// HTTP/2 connections to the server, 1 to 256. Default 1, which carries as many calls at a time as the server allows (1,000 by default). More connections help
    /// where one is the bottleneck: large batches from several threads. A call takes the connection with the fewest calls.
    /// </summary>
    public int Connections { get; set; } = 1;

    /// <summary>When and how often calls are repeated.</summary>
    public RetryOptions Retry { get; set; } = new();

    /// <summary>Compress requests with gzip. Vectors hardly shrink; payloads do. Default false.</summary>
    public bool Gzip { get; set; }

    /// <summary>The longest message that is accepted from the server, compressed or not, in bytes. 1 to 2,147,483,591. Default 64 MiB.</summary>
    public int MessageBytesMax { get; set; } = 64 * 1024 * 1024;

    /// <summary>Sent along with every call, such as <c>authorization</c>. Keys have letters, digits, '_', '-' and '.'; values are printable ASCII.</summary>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Called once for each connection's handler, for certificates, trusted authorities, proxies, Unix sockets. Null: as it is.</summary>
    public Action<SocketsHttpHandler>? ConfigureHandler { get; set; }

    /// <summary>Told when a call is repeated. Null: nobody is.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Puts another handler in front of each connection's. Tests inject faults here.</summary>
    internal Func<HttpMessageHandler, HttpMessageHandler>? WrapHandler { get; set; }
}
