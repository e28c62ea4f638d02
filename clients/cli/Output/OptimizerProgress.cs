using Spectre.Console;
using VectorStore.Engine;

namespace VectorStore.Cli.Output;

/// <summary>Progress of the optimizer on standard error, while somebody waits for it: a bar for each job on a terminal, a line every few seconds elsewhere.</summary>
internal static class OptimizerProgress
{
    private static readonly TimeSpan s_lookInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_lineInterval = TimeSpan.FromSeconds(5);

    /// <summary>Returns, or throws, as <paramref name="run"/> does.</summary>
    /// <param name="environment">Where to show it.</param>
    /// <param name="run">What is waited for.</param>
    /// <param name="look">How far it is.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    public static Task ShowAsync(CliEnvironment environment, Task run, Func<Task<OptimizerStatus>> look, CancellationToken cancellationToken) =>
        environment.ErrorConsole.Profile.Capabilities.Interactive
            ? environment.ErrorConsole.Progress()
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
                .StartAsync(context => WatchAsync(environment.Time, run, look, Bars(context), cancellationToken))
            : WatchAsync(environment.Time, run, look, Lines(environment), cancellationToken);

    private static async Task WatchAsync(TimeProvider time, Task run, Func<Task<OptimizerStatus>> look, Action<OptimizerJob?> show, CancellationToken cancellationToken)
    {
        while (await Task.WhenAny(run, Task.Delay(s_lookInterval, time, cancellationToken)) != run)
        {
            if (cancellationToken.IsCancellationRequested)
                break;

            show((await look()).Current);
        }

        await run;
        show(null);
    }

    private static Action<OptimizerJob?> Bars(ProgressContext context)
    {
        DateTimeOffset started = default;
        ProgressTask? bar = null;
        return job =>
        {
            if (bar is not null && job?.Started != started)
            {
                bar.Value = bar.MaxValue;
                bar.StopTask();
                bar = null;
            }

            if (job is null)
                return;

            started = job.Started;
            bar ??= context.AddTask("", maxValue: 1);
            bar.Description = Markup.Escape(OptimizerOutput.Describe(job));
            bar.Value = job.ShareDone;
        };
    }

    private static Action<OptimizerJob?> Lines(CliEnvironment environment)
    {
        long last = environment.Time.GetTimestamp();
        return job =>
        {
            if (job is null || environment.Time.GetElapsedTime(last) < s_lineInterval)
                return;

            last = environment.Time.GetTimestamp();
            environment.Error.WriteLine($"optimizer: {OptimizerOutput.Describe(job)}, {job.ShareDone:p0}");
        };
    }
}
