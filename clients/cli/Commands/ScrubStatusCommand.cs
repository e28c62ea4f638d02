using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>scrub status</c>, and what pausing and resuming have in common with it: one call, whose answer is the status. Exit code 3 where damage was found.</summary>
internal class ScrubStatusCommand : ClientCommand
{
    public ScrubStatusCommand(CliEnvironment environment)
        : this("status", "Shows where the scrubber is, when it last read everything, and what it found. Exit code 3 where it found damage.", environment)
    {
    }

    protected ScrubStatusCommand(string name, string description, CliEnvironment environment)
        : base(name, description, environment)
    {
    }

    protected virtual Task<ScrubStatus> CallAsync(IVectorStoreClient client, CancellationToken cancellationToken) => client.GetScrubStatusAsync(cancellationToken);

    protected sealed override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var status = await CallAsync(client, cancellationToken);
        if (IsJson(arguments))
            JsonOutput.WriteObject(Environment, json => ScrubOutput.Write(json, status));
        else
            Environment.Console.Write(ScrubOutput.Table(status));

        return status.Damages.Count > 0 ? ExitCode.Damaged : ExitCode.Ok;
    }
}
