namespace VectorStore.Server.Hosting;

/// <summary>Every line that the host logs.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1, LogLevel.Information, "VectorStore {Version} starts: data directory {DataDirectory}, process {ProcessId}")]
    public static partial void Starting(this ILogger logger, string version, string dataDirectory, int processId);

    [LoggerMessage(2, LogLevel.Information, "listening: gRPC on {Grpc}, HTTP (Connect, gRPC-Web, /healthz, /readyz) on {Http}")]
    public static partial void Listening(this ILogger logger, string grpc, string http);

    [LoggerMessage(3, LogLevel.Information, "{Line}")]
    public static partial void Engine(this ILogger logger, string line);

    [LoggerMessage(4, LogLevel.Information, "still recovering after {Seconds:f0} s")]
    public static partial void StillRecovering(this ILogger logger, double seconds);

    [LoggerMessage(5, LogLevel.Information, "ready: {Collections} collections, {Points} points, recovered in {Seconds:f2} s")]
    public static partial void Ready(this ILogger logger, int collections, long points, double seconds);

    [LoggerMessage(6, LogLevel.Warning, "collection '{Collection}' is red: {Problem}")]
    public static partial void RedCollection(this ILogger logger, string collection, string problem);

    [LoggerMessage(7, LogLevel.Information, "stopping: no new calls; {Calls} running calls have {Seconds:f0} s to end")]
    public static partial void Draining(this ILogger logger, int calls, double seconds);

    [LoggerMessage(8, LogLevel.Information, "stopped after {Seconds:f2} s: the database is closed and synced")]
    public static partial void Stopped(this ILogger logger, double seconds);

    [LoggerMessage(9, LogLevel.Warning, "{Warning}")]
    public static partial void OddOption(this ILogger logger, string warning);

    [LoggerMessage(10, LogLevel.Information, "{Signal} received; a second one ends the process at once")]
    public static partial void Signalled(this ILogger logger, string signal);
}
