using System.Globalization;

namespace VectorStore.Server.Hosting;

/// <summary>Logs to a writer, one line per event: time (UTC), level, text. An exception follows on the same line. Thread-safe.</summary>
internal sealed class ConsoleLog(TextWriter output, TimeProvider time) : ILoggerProvider
{
    private readonly Lock _lock = new();

    /// <summary>A factory that logs to the console from a level on; of the libraries beneath only what went wrong.</summary>
    public static ILoggerFactory CreateFactory(TextWriter output, LogLevel level, TimeProvider time) => LoggerFactory.Create(logging => logging
        .AddProvider(new ConsoleLog(output, time))
        .SetMinimumLevel(level)
        .AddFilter("Microsoft", level > LogLevel.Warning ? level : LogLevel.Warning));

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose()
    {
    }

    private void Write(LogLevel level, string text, Exception? exception)
    {
        if (exception is not null)
            text = $"{text} | {exception}";

        text = text.ReplaceLineEndings(" | ");
        string line = string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-dd HH:mm:ss.fff}Z {Name(level)} {text}");
        lock (_lock)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info ",
        LogLevel.Warning => "warn ",
        _ => "error",
    };

    private sealed class Logger(ConsoleLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Write(logLevel, formatter(state, exception), exception);
    }
}
