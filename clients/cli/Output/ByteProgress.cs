using Spectre.Console;
using VectorStore.Engine;

namespace VectorStore.Cli.Output;

/// <summary>Progress in bytes on standard error, while somebody waits: a bar on a terminal, a line every few seconds elsewhere.</summary>
internal static class ByteProgress
{
    private static readonly TimeSpan s_lineInterval = TimeSpan.FromSeconds(5);

    /// <summary>Returns, or throws, as <paramref name="run"/> does.</summary>
    /// <param name="environment">Where to show it.</param>
    /// <param name="what">What was done with the bytes: <c>uploaded</c>.</param>
    /// <param name="run">What is waited for.</param>
    /// <param name="of">What the bytes are of, at the beginning of each line.</param>
    public static Task<T> ShowAsync<T>(CliEnvironment environment, string what, Func<IProgress<SnapshotProgress>, Task<T>> run, string of = "snapshot") =>
        environment.ErrorConsole.Profile.Capabilities.Interactive
            ? environment.ErrorConsole.Progress()
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
                .StartAsync(context => run(new Bar(context.AddTask(what))))
            : run(new Lines(environment, what, of));

    private sealed class Bar(ProgressTask task) : IProgress<SnapshotProgress>
    {
        public void Report(SnapshotProgress value)
        {
            task.MaxValue = Math.Max(value.BytesTotal, 1);
            task.Value = value.BytesDone;
        }
    }

    private sealed class Lines(CliEnvironment environment, string what, string of) : IProgress<SnapshotProgress>
    {
        private readonly Lock _lock = new();
        private readonly long _start = environment.Time.GetTimestamp();

        // Guarded by _lock.
        private long _lastLine = environment.Time.GetTimestamp();

        public void Report(SnapshotProgress value)
        {
            lock (_lock)
            {
                if (environment.Time.GetElapsedTime(_lastLine) < s_lineInterval)
                    return;

                _lastLine = environment.Time.GetTimestamp();
                double rate = value.BytesDone / environment.Time.GetElapsedTime(_start).TotalSeconds;
                string left = rate > 0 ? $", {Units.Duration((value.BytesTotal - value.BytesDone) / rate)} left" : "";
                environment.Error.WriteLine($"{of}: {Units.Bytes(value.BytesDone)} of {Units.Bytes(value.BytesTotal)} {what}, {Units.Bytes((long)rate)}/s{left}");
            }
        }
    }
}
