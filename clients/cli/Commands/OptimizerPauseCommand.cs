using VectorStore.Cli.Client;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>optimizer pause</c>.</summary>
internal sealed class OptimizerPauseCommand(CliEnvironment environment)
    : OptimizerStatusCommand("pause", "Keeps a server from sealing and merging by itself, until it is resumed or started again. Reads and writes go on.", environment)
{
    protected override string? RefusesDirectory => "a pause is of the process that has the data open and ends with it; name a server with --endpoint";

    protected override Task<OptimizerStatus> CallAsync(IVectorStoreClient client, string collection, CancellationToken cancellationToken) =>
        client.PauseOptimizerAsync(collection, cancellationToken);
}
