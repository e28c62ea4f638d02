using System.Reflection;
using System.Text.Json;
using VectorStore.Engine;
using VectorStore.Server.Rpc;
using VectorStore.Server.Rpc.Health;
using VectorStore.Server.Rpc.Reflection;
using VectorStore.Server.Services;
using VectorStore.Server.Transfers;

namespace VectorStore.Server.Hosting;

/// <summary>A running server: ports, services and database, from start to end.</summary>
/// <remarks>The ports open first and the data is recovered after that, so that probes and callers learn what is going on.</remarks>
internal sealed class ServerHost : IAsyncDisposable
{
    private static readonly TimeSpan s_closeLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_stillRecoveringInterval = TimeSpan.FromSeconds(10);

    private readonly ServerOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Func<DatabaseOptions, CancellationToken, Task<VectorDatabase>> _open;
    private readonly ServerPorts _ports;
    private readonly RpcDispatcher _dispatcher;
    private readonly DatabaseHolder _holder;
    private readonly HealthState _health = new();
    private readonly Probes _probes;
    private readonly SlowLane _slowLane;
    private readonly SnapshotUploads _uploads;
    private readonly TransferSlots _downloads;
    private readonly SnapshotTransfers _transfers;
    private readonly CancellationTokenSource _stopping = new();

    private Task<VectorDatabase> _recovery = null!;
    private Task? _stopped;

    private ServerHost(
        ServerOptions options, ILoggerFactory loggers, TimeProvider time, Func<DatabaseOptions, CancellationToken, Task<VectorDatabase>> open)
    {
        _open = open;
        _options = options;
        _logger = loggers.CreateLogger("Server");
        _time = time;
        _ports = new ServerPorts(options, loggers);
        _holder = new DatabaseHolder(time);
        _probes = new Probes(_holder);
        _slowLane = new SlowLane(options.Limits.SlowReadsAtOnce ?? Environment.ProcessorCount, options.Limits.SlowReadsWaitingMax);
        _uploads = new SnapshotUploads(_holder, options.Limits, time);
        _downloads = new TransferSlots(options.Limits.SnapshotDownloadsMax, "snapshots are being downloaded");
        _transfers = new SnapshotTransfers(_holder, _downloads, _uploads, options.Limits, ServerOptions.SplitOrigins(options.AllowedOrigins), time, loggers);
        _dispatcher = new RpcDispatcher(Services(), RpcOptions(), loggers);
    }

    /// <summary>The version of this build.</summary>
    public static string Version { get; } =
        typeof(ServerHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public int HttpPort => _ports.HttpPort;

    public int GrpcPort => _ports.GrpcPort;

    /// <summary>Calls that run at this moment.</summary>
    public int RunningCalls => _dispatcher.RunningCalls;

    /// <summary>Completes when calls are answered; fails with <see cref="StartException"/> where the data cannot be opened.</summary>
    public Task Ready { get; private set; } = Task.CompletedTask;

    /// <summary>The database; null while it is being recovered.</summary>
    public VectorDatabase? Database => _recovery.IsCompletedSuccessfully ? _recovery.Result : null;

    /// <summary>Opens the ports and begins to recover.</summary>
    /// <param name="options">Validated here once more.</param>
    /// <param name="loggers">Belong to the caller.</param>
    /// <param name="time">Null: the system's.</param>
    /// <param name="open">Opens the database; null: the one of the options' directory.</param>
    /// <exception cref="StartException">A port or a certificate cannot be used.</exception>
    public static async Task<ServerHost> StartAsync(
        ServerOptions options,
        ILoggerFactory loggers,
        TimeProvider? time = null,
        Func<DatabaseOptions, CancellationToken, Task<VectorDatabase>>? open = null)
    {
        options.Validate();
        open ??= (settings, cancellation) => VectorDatabase.OpenAsync(options.DataDirectory, settings, cancellation);
        var host = new ServerHost(options, loggers, time ?? TimeProvider.System, open);
        try
        {
            await host.ListenAsync();
        }
        catch
        {
            host._slowLane.Dispose();
            await host._uploads.DisposeAsync();
            await host._ports.DisposeAsync();
            throw;
        }

        host._recovery = Task.Run(host.RecoverAsync);
        host.Ready = host._recovery;
        return host;
    }

    /// <summary>Refuses new calls, lets the running ones end, closes the database, which syncs it. May be called again.</summary>
    public Task StopAsync()
    {
        lock (_stopping)
            return _stopped ??= StopOnceAsync();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task ListenAsync()
    {
        _logger.Starting(Version, Path.GetFullPath(_options.DataDirectory), Environment.ProcessId);
        await _ports.OpenAsync(new ServerApplication(_dispatcher, _transfers, _probes));
        string scheme = _options.UsesTls ? "https" : "http";
        _logger.Listening($"{scheme}://{Host()}:{GrpcPort}", $"{scheme}://{Host()}:{HttpPort}");
        if (_options.PortsFile is { } path)
            WritePorts(path);
    }

    private string Host() => _options.Bind.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{_options.Bind}]" : _options.Bind.ToString();

    private void WritePorts(string path)
    {
        try
        {
            // Whoever waits for the file finds it whole.
            string unfinished = path + ".unfinished";
            File.WriteAllBytes(unfinished, JsonSerializer.SerializeToUtf8Bytes(new { httpPort = HttpPort, grpcPort = GrpcPort, processId = Environment.ProcessId }));
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw StartException.BadOptions($"--ports-file {path} cannot be written: {unwritable.Message}");
        }
    }

    private async Task<VectorDatabase> RecoverAsync()
    {
        long began = _time.GetTimestamp();
        await using var reminder = _time.CreateTimer(
            _ => _logger.StillRecovering(_time.GetElapsedTime(began).TotalSeconds), null, s_stillRecoveringInterval, s_stillRecoveringInterval);
        VectorDatabase database;
        try
        {
            var defaults = new DatabaseOptions();
            database = await _open(
                defaults with
                {
                    IndexThreads = _options.IndexThreads,
                    SealAtBytes = _options.SealAtBytes ?? defaults.SealAtBytes,
                    MergeUpToBytes = _options.MergeUpToBytes ?? defaults.MergeUpToBytes,
                    OptimizerCpuShare = _options.OptimizerCpuShare ?? defaults.OptimizerCpuShare,
                    PayloadMemoryBytes = _options.PayloadMemoryBytes ?? defaults.PayloadMemoryBytes,
                    RecallSampling = _options.RecallSampling ?? defaults.RecallSampling,
                    ScrubPassTime = _options.ScrubPassTime ?? defaults.ScrubPassTime,
                    LogArchiveTime = _options.LogArchiveTime,
                    LogArchiveBytesMax = _options.LogArchiveBytesMax,
                    ScrubBytesPerSecondMax = _options.ScrubBytesPerSecondMax ?? defaults.ScrubBytesPerSecondMax,
                    BallastBytes = _options.BallastBytes ?? defaults.BallastBytes,
                    FreeSpaceFloorBytes = _options.FreeSpaceFloorBytes ?? defaults.FreeSpaceFloorBytes,
                    Log = line => _logger.Engine(line),
                    TimeProvider = _time,
                },
                _stopping.Token);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            _probes.Advance(ServerPhase.Failed);
            if (problem is VectorStoreException refused)
                throw new StartException(ExitCode.Of(refused.Reason), refused.Message, refused);

            throw;
        }

        _holder.Set(database);
        if (_probes.Advance(ServerPhase.Ready))
        {
            _health.SetAll(ServiceHealth.Serving);
            var collections = database.ListCollections();
            _logger.Ready(collections.Count, collections.Sum(info => info.Points), _time.GetElapsedTime(began).TotalSeconds);
            foreach (var info in collections.Where(info => info.Health == Engine.CollectionHealth.Red))
                _logger.RedCollection(info.Name, info.Problem ?? "");
        }

        return database;
    }

    private async Task StopOnceAsync()
    {
        bool wasReady = _probes.Phase == ServerPhase.Ready;
        await _stopping.CancelAsync();
        _probes.Advance(ServerPhase.Draining);
        if (wasReady)
            _logger.Draining(_dispatcher.RunningCalls + _transfers.Running, _options.DrainLimit.TotalSeconds);

        _health.Stop();
        long began = _time.GetTimestamp();
        await Task.WhenAll(_dispatcher.DrainAsync(_options.DrainLimit), _transfers.DrainAsync(_options.DrainLimit));
        await WaitForLastWordsAsync();
        await _ports.CloseAsync(s_closeLimit);
        _slowLane.Dispose();
        await _uploads.DisposeAsync();

        // Where nothing was opened, whoever waits for Ready knows why.
        await ((Task)_recovery).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_recovery.IsCompletedSuccessfully)
        {
            await _recovery.Result.DisposeAsync();
            _logger.Stopped(_time.GetElapsedTime(began).TotalSeconds);
        }

        await _ports.DisposeAsync();
        _stopping.Dispose();
    }

    /// <summary>Calls that were ended have a status to send before their connection is closed.</summary>
    private async Task WaitForLastWordsAsync()
    {
        long began = _time.GetTimestamp();
        while (_dispatcher.RunningCalls + _transfers.Running > 0 && _time.GetElapsedTime(began) < s_closeLimit)
            await Task.Delay(s_pollInterval, _time);
    }

    private IReadOnlyList<IRpcService> Services()
    {
        var ledger = new RequestLedger(_options.Limits.RequestIdsMax, _options.Limits.RequestIdLifetime, _time);
        var writer = new PointWriter(_holder, ledger, new WriteBudget(_options.Limits.WriteBytesMax));
        IRpcService[] services =
        [
            new CollectionService(_holder),
            new PointService(_holder, writer, _slowLane, _options.Limits),
            new SearchService(_holder, _slowLane, new SearchPace(_time), _options.Limits),
            new AdminService(_holder, Version, _time),
            new SnapshotService(_holder, _uploads, _downloads, _time),
            new HealthService(_health),
        ];
        var descriptors = services.Select(service => service.Bind().Descriptor).ToList();
        foreach (var descriptor in descriptors)
            _health.Set(descriptor.FullName, ServiceHealth.NotServing);

        return [.. services, .. ReflectionService.Create(descriptors)];
    }

    private RpcOptions RpcOptions() => new()
    {
        ReceiveMessageBytesMax = _options.MessageBytesMax,
        SendMessageBytesMax = _options.MessageBytesMax,
        AllowedOrigins = ServerOptions.SplitOrigins(_options.AllowedOrigins),
        Time = _time,
    };
}
