using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot schedule remove</c>.</summary>
internal sealed class SnapshotScheduleRemoveCommand : ClientCommand
{
    private readonly SnapshotNames _names;

    public SnapshotScheduleRemoveCommand(CliEnvironment environment)
        : base("remove", "Forgets a schedule. The snapshots that it made stay, and nothing removes them by itself any more.", environment)
    {
        _names = new SnapshotNames(this);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        string collection = _names.Read(arguments)[0];
        await client.RemoveSnapshotScheduleAsync(collection, cancellationToken);
        if (IsJson(arguments))
            JsonOutput.WriteObject(Environment, json => json.WriteString("removed", collection));
        else
            Environment.Out.WriteLine($"no snapshots of {SnapshotOutput.Whose(collection)} are made by themselves any more");

        return ExitCode.Ok;
    }
}
