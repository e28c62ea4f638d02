using Microsoft.Extensions.Logging.Abstractions;
using VectorStore.Engine;
using VectorStore.Server.Hosting;

namespace VectorStore.Server.Tests.Services;

/// <summary>A whole server in this process, on free ports of loopback, with a directory that is gone after the test.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    /// <summary>For whatever has to happen sooner or later: the machine may be busy.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly bool _ownsDirectory;

    private TestServer(ServerHost host, string directory, bool ownsDirectory)
    {
        Host = host;
        DataDirectory = directory;
        _ownsDirectory = ownsDirectory;
        Grpc = new GrpcCaller(host.GrpcPort);
    }

    public ServerHost Host { get; }

    public string DataDirectory { get; }

    public GrpcCaller Grpc { get; }

    /// <summary>The same database, in process.</summary>
    public VectorDatabase Database => Host.Database!;

    /// <param name="change">Changes the options.</param>
    /// <param name="directory">Null: a new one.</param>
    /// <param name="loggers">Null: nobody wants to know.</param>
    public static async Task<TestServer> StartAsync(
        Func<ServerOptions, ServerOptions>? change = null, string? directory = null, Microsoft.Extensions.Logging.ILoggerFactory? loggers = null)
    {
        string path = directory ?? Directory.CreateTempSubdirectory("vectorstore-server-test-").FullName;
        var options = new ServerOptions { DataDirectory = path, HttpPort = 0, GrpcPort = 0, IndexThreads = 1, DrainLimit = TimeSpan.FromSeconds(5) };
        var host = await ServerHost.StartAsync(change?.Invoke(options) ?? options, loggers ?? NullLoggerFactory.Instance);
        await host.Ready.WaitAsync(Patience);
        return new TestServer(host, path, ownsDirectory: directory is null);
    }

    public async ValueTask DisposeAsync()
    {
        Grpc.Dispose();
        await Host.StopAsync().WaitAsync(Patience);
        if (_ownsDirectory)
            Directory.Delete(DataDirectory, recursive: true);
    }
}
