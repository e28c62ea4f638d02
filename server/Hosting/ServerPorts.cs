using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using VectorStore.Server.Rpc;

namespace VectorStore.Server.Hosting;

/// <summary>The two ports, on Kestrel alone: no middleware, no routing, no host of ASP.NET.</summary>
internal sealed class ServerPorts : IAsyncDisposable
{
    private readonly ServerOptions _options;
    private readonly WebApplication _kestrel;
    private ListenOptions? _http;
    private ListenOptions? _grpc;

    public ServerPorts(ServerOptions options, ILoggerFactory loggers)
    {
        _options = options;
        var certificate = LoadCertificate(options, out var chain);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            RpcKestrel.SetLimits(kestrel);
            kestrel.Limits.Http2.MaxStreamsPerConnection = options.StreamsPerConnectionMax;
            kestrel.Listen(options.Bind, options.HttpPort, listen =>
            {
                _http = listen;

                // Without TLS nothing tells the protocols apart before the first byte.
                listen.Protocols = certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
                Secure(listen);
            });
            kestrel.Listen(options.Bind, options.GrpcPort, listen =>
            {
                _grpc = listen;
                RpcKestrel.UseGrpc(listen);
                Secure(listen);
            });
        });
        _kestrel = builder.Build();

        void Secure(ListenOptions listen)
        {
            if (certificate is not null)
            {
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    https.ServerCertificateChain = chain;
                });
            }
        }
    }

    public int HttpPort => _http!.IPEndPoint!.Port;

    public int GrpcPort => _grpc!.IPEndPoint!.Port;

    private IServer Server => _kestrel.Services.GetRequiredService<IServer>();

    /// <summary>Opens both ports.</summary>
    /// <exception cref="StartException">One of them cannot be opened.</exception>
    public async Task OpenAsync(ServerApplication application)
    {
        try
        {
            await Server.StartAsync(application, CancellationToken.None);
        }
        catch (IOException refused) when (refused.InnerException is AddressInUseException)
        {
            bool isHttp = _options.HttpPort != 0 && refused.Message.Contains($":{_options.HttpPort}:", StringComparison.Ordinal);
            var (port, option) = isHttp ? (_options.HttpPort, "--http-port") : (_options.GrpcPort, "--grpc-port");
            throw new StartException(ExitCode.PortTaken, $"port {port} of {_options.Bind} is taken by another process; choose another one with {option}", refused);
        }
        catch (Exception refused) when (refused is IOException or System.Net.Sockets.SocketException)
        {
            throw new StartException(
                ExitCode.PortTaken, $"cannot listen on {_options.Bind}, ports {_options.HttpPort} and {_options.GrpcPort}: {refused.Message}", refused);
        }
    }

    /// <summary>Closes both ports; connections that do not end in time are cut.</summary>
    public async Task CloseAsync(TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        await Server.StopAsync(patience.Token);
    }

    public ValueTask DisposeAsync() => _kestrel.DisposeAsync();

    private static X509Certificate2? LoadCertificate(ServerOptions options, out X509Certificate2Collection chain)
    {
        chain = [];
        if (options.TlsCertificate is null)
            return null;

        try
        {
            chain.ImportFromPemFile(options.TlsCertificate);
            return X509Certificate2.CreateFromPemFile(options.TlsCertificate, options.TlsKey);
        }
        catch (Exception unusable) when (unusable is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw StartException.BadOptions($"--tls-cert {options.TlsCertificate} and --tls-key {options.TlsKey} cannot be used: {unusable.Message}");
        }
    }
}
