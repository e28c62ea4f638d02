using VectorStore.Cli.Client;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>scrub pause</c>.</summary>
internal sealed class ScrubPauseCommand(CliEnvironment environment) : ScrubStatusCommand("pause", "Keeps a server from reading files in the background, until it is resumed or started again.", environment)
{
    protected override string? RefusesDirectory => "a pause is of the process that has the data open and ends with it; name a server with --endpoint";

    protected override Task<ScrubStatus> CallAsync(IVectorStoreClient client, CancellationToken cancellationToken) => client.PauseScrubAsync(cancellationToken);
}
