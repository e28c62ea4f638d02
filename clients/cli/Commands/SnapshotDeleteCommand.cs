using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot delete</c>.</summary>
internal sealed class SnapshotDeleteCommand : ClientCommand
{
    private readonly SnapshotNames _names;

    public SnapshotDeleteCommand(CliEnvironment environment)
        : base("delete", "Deletes a snapshot, a damaged one too. The collection stays as it is.", environment)
    {
        _names = new SnapshotNames(this, ("snapshot", "Name of the snapshot."));
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var names = _names.Read(arguments);
        var (collection, snapshot) = (names[0], names[1]);
        await client.DeleteSnapshotAsync(collection, snapshot, cancellationToken);
        if (IsJson(arguments))
            JsonOutput.WriteObject(Environment, json => json.WriteString("deleted", snapshot));
        else
            Environment.Out.WriteLine($"snapshot '{snapshot}' of {SnapshotOutput.Whose(collection)} is deleted");

        return ExitCode.Ok;
    }
}
