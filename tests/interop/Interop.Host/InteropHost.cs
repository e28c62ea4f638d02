using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using VectorStore.Interop.Conformance;
using VectorStore.Server.Rpc;
using VectorStore.Server.Rpc.Health;
using VectorStore.Server.Rpc.Reflection;

namespace VectorStore.Interop.Host;

/// <summary>The services of this program on the server's layer, on two ports of loopback.</summary>
internal sealed class InteropHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HealthState _health;

    private InteropHost(WebApplication app, HealthState health)
    {
        _app = app;
        _health = health;
    }

    /// <summary>HTTP/2 only, without TLS.</summary>
    public int GrpcPort { get; private set; }

    /// <summary>HTTP/1.1.</summary>
    public int HttpPort { get; private set; }

    public static async Task<InteropHost> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(options => options.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            RpcKestrel.SetLimits(kestrel);
            kestrel.Listen(IPAddress.Loopback, 0, RpcKestrel.UseGrpc);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });

        var health = new HealthState();
        var app = builder.Build();
        var dispatcher = new RpcDispatcher(Services(health), new RpcOptions(), app.Services.GetRequiredService<ILoggerFactory>());
        app.Run(dispatcher.InvokeAsync);
        await app.StartAsync();
        foreach (string service in (string[])[HealthState.Overall, ConformanceReflection.Descriptor.Services[0].FullName])
            health.Set(service, ServiceHealth.Serving);

        var ports = app.Urls.Select(url => new Uri(url).Port).ToArray();
        return new InteropHost(app, health) { GrpcPort = ports[0], HttpPort = ports[1] };
    }

    /// <summary>Returns when standard input ends, or the process is told to stop.</summary>
    public async Task RunUntilInputEndsAsync()
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = _app.Lifetime.ApplicationStopping.Register(() => stopping.TrySetResult());
        var inputEnded = Task.Run(() => Console.In.ReadToEndAsync());
        await Task.WhenAny(inputEnded, stopping.Task);
    }

    public async ValueTask DisposeAsync()
    {
        _health.Stop();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }

    private static IEnumerable<IRpcService> Services(HealthState health)
    {
        IRpcService[] services = [new InteropService(), new ConformanceService(health), new HealthService(health)];
        var descriptors = services.Select(service => service.Bind().Descriptor).ToArray();
        return [.. services, .. ReflectionService.Create(descriptors)];
    }
}
