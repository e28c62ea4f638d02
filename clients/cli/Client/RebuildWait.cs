using VectorStore.Engine;

namespace VectorStore.Cli.Client;

/// <summary>Waiting for the segments of a collection to be rebuilt after a change of its configuration.</summary>
internal static class RebuildWait
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Returns once no segment waits to be rebuilt, and the job that ran when the configuration changed, which may still make one of the old, has ended.</summary>
    /// <param name="look">What the optimizer does.</param>
    /// <param name="collection">For the errors.</param>
    /// <param name="first">The job that ran just after the change; null: none.</param>
    /// <param name="problemBefore">A failure from before the change, which is none of this one's.</param>
    /// <param name="time">Clock between looks.</param>
    /// <param name="cancellationToken">Stops waiting, not rebuilding.</param>
    /// <exception cref="CliException">A segment could not be rebuilt, or the optimizer is paused.</exception>
    public static async Task UntilDoneAsync(
        Func<Task<OptimizerStatus>> look, string collection, OptimizerJob? first, OptimizerProblem? problemBefore, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            var status = await look();
            bool isFirst = status.Current is { } current && current.Started == first?.Started;
            if (status.WaitingToRebuild.Count == 0 && status.Current is not { Kind: OptimizerJobKind.Rebuild } && !isFirst)
                return;

            if (status.LastProblem is { } problem && problem != problemBefore)
            {
                throw new CliException(
                    ExitCode.StorageFailed,
                    "RebuildFailed",
                    $"collection '{collection}' is configured anew, and {status.WaitingToRebuild.Count} segments are not rebuilt yet: {problem.Message}; it will be tried again");
            }

            if (status is { State: OptimizerState.Paused, Current: null })
            {
                throw CliException.BadInput(
                    $"collection '{collection}' is configured anew, and {status.WaitingToRebuild.Count} segments wait to be rebuilt, but its optimizer is paused: 'optimizer resume {collection}' lets it go on");
            }

            await Task.Delay(s_interval, time, cancellationToken);
        }
    }
}
