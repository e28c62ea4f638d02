using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Places;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot pull</c>: an archive that a place has becomes a snapshot.</summary>
internal sealed class SnapshotPullCommand : ClientCommand
{
    private readonly SnapshotNames _names;
    private readonly Option<string?> _to = new("--to") { HelpName = "NAME", Description = "Among whose snapshots it is to be. Default: the collection's of the same name, which need not exist." };

    public SnapshotPullCommand(CliEnvironment environment)
        : base("pull", "Makes a snapshot of an archive that a directory or a bucket keeps; all of it is checked before it is to be seen. Restore it to use it.", environment)
    {
        _names = new SnapshotNames(this, ("snapshot", "Name of the snapshot."), ("place", CommonOptions.PlaceDescription));
        Options.Add(_to);
    }

    protected override bool CreatesDatabase => true;

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var names = _names.Read(arguments);
        var (collection, snapshot, address) = (names[0], names[1], names[2]);
        string target = arguments.GetValue(_to) ?? collection;
        using var place = SnapshotPlaces.Open(address);
        var made = await ByteProgress.ShowAsync(
            Environment, "pulled", progress => PlaceTransfer.PullAsync(client, place, collection, snapshot, target, progress, cancellationToken));
        if (IsJson(arguments))
            JsonOutput.Write(Environment, json => SnapshotOutput.Write(json, made));
        else
            Environment.Out.WriteLine($"snapshot '{made.Name}' of {SnapshotOutput.Whose(target)}: {SnapshotOutput.Describe(made)}");

        return ExitCode.Ok;
    }
}
