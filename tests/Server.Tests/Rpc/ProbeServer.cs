using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VectorStore.Server.Rpc;

namespace VectorStore.Server.Tests.Rpc;

/// <summary>A dispatcher on real Kestrel: one port for gRPC, one for HTTP/1.1, on loopback.</summary>
internal sealed class ProbeServer : IAsyncDisposable
{
    /// <summary>For whatever has to happen sooner or later: the machine may be busy.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;

    private ProbeServer(WebApplication app, RpcDispatcher dispatcher, RecordingLoggers logs, bool isSecure)
    {
        _app = app;
        Dispatcher = dispatcher;
        Logs = logs;
        string[] addresses = [.. app.Urls];
        GrpcAddress = new Uri(addresses[0]);
        HttpAddress = new Uri(addresses[1]);
        Client = new HttpClient(new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = false,
            AutomaticDecompression = DecompressionMethods.None,
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => isSecure },
        })
        {
            BaseAddress = GrpcAddress,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public RpcDispatcher Dispatcher { get; }

    public RecordingLoggers Logs { get; }

    public Uri GrpcAddress { get; }

    public Uri HttpAddress { get; }

    /// <summary>HTTP/2 with prior knowledge, one connection.</summary>
    public HttpClient Client { get; }

    public static Task<ProbeServer> StartAsync(ProbeService service, RpcOptions? options = null, X509Certificate2? certificate = null) =>
        StartAsync([service], options, certificate);

    public static async Task<ProbeServer> StartAsync(IEnumerable<IRpcService> services, RpcOptions? options = null, X509Certificate2? certificate = null)
    {
        var logs = new RecordingLoggers();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddProvider(logs);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        if (certificate is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            RpcKestrel.SetLimits(kestrel);
            kestrel.Listen(IPAddress.Loopback, 0, port =>
            {
                RpcKestrel.UseGrpc(port);
                if (certificate is not null)
                    port.UseHttps(certificate);
            });
            kestrel.Listen(IPAddress.Loopback, 0, port => port.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        var dispatcher = new RpcDispatcher(services, options ?? new RpcOptions(), app.Services.GetRequiredService<ILoggerFactory>());
        app.Run(dispatcher.InvokeAsync);
        await app.StartAsync();
        return new ProbeServer(app, dispatcher, logs, certificate is not null);
    }

    /// <summary>Waits until no call runs.</summary>
    public async Task WaitUntilIdleAsync()
    {
        for (var waited = TimeSpan.Zero; Dispatcher.RunningCalls > 0; waited += TimeSpan.FromMilliseconds(5))
        {
            Assert.True(waited < Patience, $"{Dispatcher.RunningCalls} calls still run");
            await Task.Delay(5);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }
}
