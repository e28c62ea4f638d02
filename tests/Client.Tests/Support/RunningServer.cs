using Microsoft.Extensions.Logging.Abstractions;
using VectorStore.Server.Hosting;

namespace VectorStore.Client.Tests.Support;

/// <summary>The real server in this process, on a data directory that is gone afterwards.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly ServerHost _host;
    private readonly DirectoryInfo _data;

    private RunningServer(ServerHost host, DirectoryInfo data)
    {
        _host = host;
        _data = data;
    }

    public Uri Address => new($"http://127.0.0.1:{_host.GrpcPort}");

    public static async Task<RunningServer> StartAsync()
    {
        var data = Directory.CreateTempSubdirectory("vectorstore-client-tests-");
        var options = new ServerOptions { DataDirectory = data.FullName, HttpPort = 0, GrpcPort = 0, DrainLimit = TimeSpan.FromSeconds(5) };
        var host = await ServerHost.StartAsync(options, NullLoggerFactory.Instance);
        await host.Ready.InTime();
        return new RunningServer(host, data);
    }

    /// <summary>A client that tries quickly again.</summary>
    public VectorStoreClient Connect(Action<VectorStoreClientOptions>? configure = null) => Connect(Address, configure);

    public static VectorStoreClient Connect(Uri address, Action<VectorStoreClientOptions>? configure = null)
    {
        var options = new VectorStoreClientOptions { Endpoint = address, Retry = new RetryOptions { Delay = TimeSpan.FromMilliseconds(1) } };
        configure?.Invoke(options);
        return VectorStoreClient.Connect(options);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _data.Delete(recursive: true);
    }
}
