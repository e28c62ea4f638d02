using VectorStore.Cli.Client;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>optimizer resume</c>.</summary>
internal sealed class OptimizerResumeCommand(CliEnvironment environment)
    : OptimizerStatusCommand("resume", "Lets a server seal and merge by itself again.", environment)
{
    protected override string? RefusesDirectory => "a pause is of the process that has the data open and ends with it; name a server with --endpoint";

    protected override Task<OptimizerStatus> CallAsync(IVectorStoreClient client, string collection, CancellationToken cancellationToken) =>
        client.ResumeOptimizerAsync(collection, cancellationToken);
}
