using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>scrub run</c>: reads everything now that the scrubber reads, and waits for it. Exit code 3 where something is damaged.</summary>
internal sealed class ScrubRunCommand(CliEnvironment environment)
    : ClientCommand("run", "Reads sealed segments, closed log files and payload stores now, and waits for it; a server serves meanwhile. Works while the scrubber is paused, too. Exit code 3 where something is damaged.", environment)
{
    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var report = await ByteProgress.ShowAsync(Environment, "read", progress => client.RunScrubAsync(new ScrubProgress(progress), cancellationToken), "scrub");
        if (IsJson(arguments))
            JsonOutput.WriteObject(Environment, json => ScrubOutput.WriteRun(json, report));
        else
            ScrubOutput.ShowRun(Environment, report);

        return report.Damages.Count > 0 ? ExitCode.Damaged : ExitCode.Ok;
    }
}
