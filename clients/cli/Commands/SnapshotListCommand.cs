using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot list</c>.</summary>
internal sealed class SnapshotListCommand : ClientCommand
{
    private readonly SnapshotNames _names;

    public SnapshotListCommand(CliEnvironment environment)
        : base("list", "Lists the snapshots of a collection, those of a deleted one too. Exit code 3 where one is damaged.", environment)
    {
        _names = new SnapshotNames(this);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var snapshots = await client.ListSnapshotsAsync(_names.Read(arguments)[0], cancellationToken);
        if (IsJson(arguments))
            JsonOutput.WriteArray(Environment, snapshots, SnapshotOutput.Write);
        else
            SnapshotOutput.Show(Environment, snapshots);

        return snapshots.Any(snapshot => snapshot.Problem is not null) ? ExitCode.Damaged : ExitCode.Ok;
    }
}
