using VectorStore.Cli.Client;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>scrub resume</c>.</summary>
internal sealed class ScrubResumeCommand(CliEnvironment environment) : ScrubStatusCommand("resume", "Lets a server read files in the background again; it goes on where it was.", environment)
{
    protected override string? RefusesDirectory => "a pause is of the process that has the data open and ends with it; name a server with --endpoint";

    protected override Task<ScrubStatus> CallAsync(IVectorStoreClient client, CancellationToken cancellationToken) => client.ResumeScrubAsync(cancellationToken);
}
