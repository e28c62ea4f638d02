using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot restore</c>.</summary>
internal sealed class SnapshotRestoreCommand : ClientCommand
{
    private readonly Argument<string> _collection = CommonOptions.Collection();
    private readonly Argument<string> _snapshot = CommonOptions.Snapshot();
    private readonly Option<string?> _to = new("--to") { HelpName = "NAME", Description = "Name of the collection to be. Default: that of the snapshot's collection." };
    private readonly Option<bool> _replace = new("--replace") { Description = "Replace the collection of that name where there is one. What was written to it since the snapshot is lost." };

    public SnapshotRestoreCommand(CliEnvironment environment)
        : base("restore", "Makes a collection out of a snapshot, which is verified first: of the same name, or of another one with --to.", environment)
    {
        Arguments.Add(_collection);
        Arguments.Add(_snapshot);
        Options.Add(_to);
        Options.Add(_replace);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        string collection = arguments.GetRequiredValue(_collection);
        string snapshot = arguments.GetRequiredValue(_snapshot);
        var restored = await client.RestoreSnapshotAsync(
            collection, snapshot, arguments.GetValue(_to) ?? collection, arguments.GetValue(_replace), cancellationToken);
        if (IsJson(arguments))
        {
            JsonOutput.WriteObject(Environment, json =>
            {
                json.WriteString("collection", restored.Name);
                json.WriteNumber("points", restored.Points);
                json.WriteNumber("lsn", restored.Lsn);
            });
        }
        else
            Environment.Out.WriteLine($"collection '{restored.Name}' is what snapshot '{snapshot}' holds: {restored.Points:n0} points");

        return ExitCode.Ok;
    }
}
