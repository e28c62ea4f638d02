using Microsoft.Extensions.Logging.Abstractions;
using VectorStore.Server.Hosting;

namespace VectorStore.Cli.Tests.Support;

/// <summary>The real server in this process.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly ServerHost _host;

    private RunningServer(ServerHost host) => _host = host;

    public string Endpoint => $"http://127.0.0.1:{_host.GrpcPort}";

    /// <summary>Where Connect and gRPC-Web are answered.</summary>
    public string HttpEndpoint => $"http://127.0.0.1:{_host.HttpPort}";

    public static async Task<RunningServer> StartAsync(string directory)
    {
        var options = new ServerOptions { DataDirectory = directory, HttpPort = 0, GrpcPort = 0, DrainLimit = TimeSpan.FromSeconds(5) };
        var host = await ServerHost.StartAsync(options, NullLoggerFactory.Instance);
        await host.Ready.WaitAsync(TimeSpan.FromMinutes(1));
        return new RunningServer(host);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
