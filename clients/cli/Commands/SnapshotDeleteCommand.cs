using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot delete</c>.</summary>
internal sealed class SnapshotDeleteCommand : ClientCommand
{
    private readonly Argument<string> _collection = CommonOptions.Collection();
    private readonly Argument<string> _snapshot = CommonOptions.Snapshot();

    public SnapshotDeleteCommand(CliEnvironment environment)
        : base("delete", "Deletes a snapshot, a damaged one too. The collection stays as it is.", environment)
    {
        Arguments.Add(_collection);
        Arguments.Add(_snapshot);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        string collection = arguments.GetRequiredValue(_collection);
        string snapshot = arguments.GetRequiredValue(_snapshot);
        await client.DeleteSnapshotAsync(collection, snapshot, cancellationToken);
        if (IsJson(arguments))
            JsonOutput.WriteObject(Environment, json => json.WriteString("deleted", snapshot));
        else
            Environment.Out.WriteLine($"snapshot '{snapshot}' of collection '{collection}' is deleted");

        return ExitCode.Ok;
    }
}
