using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot create</c>.</summary>
internal sealed class SnapshotCreateCommand : ClientCommand
{
    private readonly SnapshotNames _names;

    public SnapshotCreateCommand(CliEnvironment environment)
        : base("create", "Makes a snapshot of a collection as it is now, or of all as they are at one instant, while they may be read and written.", environment)
    {
        _names = new SnapshotNames(this, ("snapshot", "Name of the snapshot."));
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var names = _names.Read(arguments);
        var (collection, snapshot) = (names[0], names[1]);
        var made = await client.CreateSnapshotAsync(collection, snapshot, cancellationToken);
        if (IsJson(arguments))
            JsonOutput.Write(Environment, json => SnapshotOutput.Write(json, made));
        else
            Environment.Out.WriteLine($"snapshot '{made.Name}' of {SnapshotOutput.Whose(collection)}: {SnapshotOutput.Describe(made)}");

        return ExitCode.Ok;
    }
}
