namespace VectorStore.Client.Rpc;

/// <summary>How a channel connects. Immutable.</summary>
internal sealed record RpcChannelOptions
{
    public const int MessageBytesMaxDefault = 64 * 1024 * 1024;

    /// <summary>HTTP/2 connections, at least 1. Each runs as many calls at a time as the server allows; further ones wait.</summary>
    public int Connections { get; init; } = 1;

    /// <summary>Longest message that is accepted from the server, compressed and decompressed, in bytes.</summary>
    public int MessageBytesMax { get; init; } = MessageBytesMaxDefault;

    /// <summary>Compress requests with gzip.</summary>
    public bool CompressRequests { get; init; }

    /// <summary>Accept compressed responses.</summary>
    public bool AcceptCompressed { get; init; } = true;

    /// <summary>How long establishing a connection may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Changes the handler of each connection, for certificates and the like. Null: nothing to change.</summary>
    public Action<SocketsHttpHandler>? ConfigureHandler { get; init; }

    /// <summary>Puts another handler in front of that of each connection. Null: none. Tests inject faults here.</summary>
    public Func<HttpMessageHandler, HttpMessageHandler>? WrapHandler { get; init; }
}
