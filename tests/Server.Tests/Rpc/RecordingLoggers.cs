using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace VectorStore.Server.Tests.Rpc;

/// <summary>Keeps what the server logs from <see cref="LogLevel.Information"/> on.</summary>
internal sealed class RecordingLoggers : ILoggerProvider
{
    /// <summary>Category, level, message and exception of each line.</summary>
    public ConcurrentQueue<(string Category, LogLevel Level, string Message, Exception? Exception)> Lines { get; } = new();

    /// <summary>Lines of this server's own code, and warnings and errors of all others.</summary>
    public IEnumerable<string> Noise =>
        from line in Lines
        where line.Level >= LogLevel.Warning || line.Category.StartsWith("VectorStore", StringComparison.Ordinal)
        select $"{line.Level} {line.Category}: {line.Message} {line.Exception}";

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Recorder(RecordingLoggers owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                owner.Lines.Enqueue((category, logLevel, formatter(state, exception), exception));
        }
    }
}
