using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>optimizer status</c>, and what pausing and resuming have in common with it: one call, whose answer is the status.</summary>
internal class OptimizerStatusCommand : ClientCommand
{
    private readonly Argument<string> _collection = CommonOptions.Collection();

    public OptimizerStatusCommand(CliEnvironment environment)
        : this("status", "Shows what the optimizer does now, what waits, and what it finished last.", environment)
    {
    }

    protected OptimizerStatusCommand(string name, string description, CliEnvironment environment)
        : base(name, description, environment)
    {
        Arguments.Add(_collection);
    }

    protected virtual Task<OptimizerStatus> CallAsync(IVectorStoreClient client, string collection, CancellationToken cancellationToken) =>
        client.GetOptimizerStatusAsync(collection, cancellationToken);

    protected sealed override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        string collection = arguments.GetRequiredValue(_collection);
        var status = await CallAsync(client, collection, cancellationToken);
        if (IsJson(arguments))
            JsonOutput.Write(Environment, json => OptimizerOutput.Write(json, collection, status));
        else
            Environment.Console.Write(OptimizerOutput.Table(collection, status));

        return ExitCode.Ok;
    }
}
