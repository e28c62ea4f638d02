using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Places;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot pull</c>: an archive that a place has becomes a snapshot.</summary>
internal sealed class SnapshotPullCommand : ClientCommand
{
    private readonly Argument<string> _collection = CommonOptions.Collection();
    private readonly Argument<string> _snapshot = CommonOptions.Snapshot();
    private readonly Argument<string> _place = CommonOptions.PlaceArgument();
    private readonly Option<string?> _to = new("--to") { HelpName = "NAME", Description = "Among whose snapshots it is to be. Default: the collection's of the same name, which need not exist." };

    public SnapshotPullCommand(CliEnvironment environment)
        : base("pull", "Makes a snapshot of an archive that a directory or a bucket keeps; all of it is checked before it is to be seen. Restore it to use it.", environment)
    {
        Arguments.Add(_collection);
        Arguments.Add(_snapshot);
        Arguments.Add(_place);
        Options.Add(_to);
    }

    protected override bool CreatesDatabase => true;

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        string collection = arguments.GetRequiredValue(_collection);
        string snapshot = arguments.GetRequiredValue(_snapshot);
        string target = arguments.GetValue(_to) ?? collection;
        using var place = SnapshotPlaces.Open(arguments.GetRequiredValue(_place));
        var made = await ByteProgress.ShowAsync(
            Environment, "pulled", progress => PlaceTransfer.PullAsync(client, place, collection, snapshot, target, progress, cancellationToken));
        if (IsJson(arguments))
            JsonOutput.Write(Environment, json => SnapshotOutput.Write(json, made));
        else
            Environment.Out.WriteLine($"snapshot '{made.Name}' of collection '{target}': {SnapshotOutput.Describe(made)}");

        return ExitCode.Ok;
    }
}
