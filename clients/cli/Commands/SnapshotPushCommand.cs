using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Places;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot push</c>: the archive of a snapshot goes to a place.</summary>
internal sealed class SnapshotPushCommand : ClientCommand
{
    private readonly Argument<string> _collection = CommonOptions.Collection();
    private readonly Argument<string> _snapshot = CommonOptions.Snapshot();
    private readonly Argument<string> _place = CommonOptions.PlaceArgument();
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the archive of that name where the place has one." };

    public SnapshotPushCommand(CliEnvironment environment)
        : base("push", "Keeps the archive of a snapshot in a directory or a bucket, whole or not at all.", environment)
    {
        Arguments.Add(_collection);
        Arguments.Add(_snapshot);
        Arguments.Add(_place);
        Options.Add(_overwrite);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        string collection = arguments.GetRequiredValue(_collection);
        string snapshot = arguments.GetRequiredValue(_snapshot);
        using var place = SnapshotPlaces.Open(arguments.GetRequiredValue(_place));
        var kept = await ByteProgress.ShowAsync(
            Environment, "pushed", progress => PlaceTransfer.PushAsync(client, place, collection, snapshot, arguments.GetValue(_overwrite), progress, cancellationToken));
        if (IsJson(arguments))
            JsonOutput.WriteObject(Environment, json => PlaceOutput.WriteMembers(json, place, kept));
        else
            Environment.Out.WriteLine($"{PlaceOutput.Name(place, kept)}: snapshot '{snapshot}' of collection '{collection}', {Units.Bytes(kept.Bytes)}");

        return ExitCode.Ok;
    }
}
