using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace VectorStore.Server.Rpc;

/// <summary>What Kestrel has to know to carry calls well.</summary>
internal static class RpcKestrel
{
    /// <summary>Calls that may run at once on one connection; further ones wait at the client.</summary>
    public const int StreamsPerConnectionMax = 1000;

    private const int StreamWindowBytes = 1 << 20;
    private const int ConnectionWindowBytes = 16 << 20;
    private const int FrameBytesMax = 64 << 10;
    private const int HeadersBytesMax = 32 << 10;

    /// <summary>Sets the limits of all ports of a server.</summary>
    public static void SetLimits(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.AllowSynchronousIO = false;

        // The dispatcher limits messages. A stream may have any number of them, and may be silent, or read slowly, as long as it likes:
        // windows bound what one connection can hold here, and pings tell a silent peer from a dead one.
        var limits = options.Limits;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.MaxRequestHeadersTotalSize = HeadersBytesMax;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(30);
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(10);

        var http2 = limits.Http2;
        http2.MaxStreamsPerConnection = StreamsPerConnectionMax;
        http2.InitialStreamWindowSize = StreamWindowBytes;
        http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        http2.MaxFrameSize = FrameBytesMax;
        http2.MaxRequestHeaderFieldSize = HeadersBytesMax;
        http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }

    /// <summary>Makes a port speak HTTP/2 only: with prior knowledge, or over TLS where that is set up as well.</summary>
    public static void UseGrpc(ListenOptions port) => port.Protocols = HttpProtocols.Http2;
}
