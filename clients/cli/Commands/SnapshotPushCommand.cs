using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Places;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot push</c>: the archive of a snapshot goes to a place.</summary>
internal sealed class SnapshotPushCommand : ClientCommand
{
    private readonly SnapshotNames _names;
    private readonly Option<string?> _compress = CommonOptions.Compress("where its beginning shrinks by a sixteenth or more, and liblz4 is there.");
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the archive of that name where the place has one." };

    public SnapshotPushCommand(CliEnvironment environment)
        : base("push", "Keeps the archive of a snapshot in a directory or a bucket, whole or not at all.", environment)
    {
        _names = new SnapshotNames(this, ("snapshot", "Name of the snapshot."), ("place", CommonOptions.PlaceDescription));
        Options.Add(_compress);
        Options.Add(_overwrite);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var names = _names.Read(arguments);
        var (collection, snapshot, address) = (names[0], names[1], names[2]);
        var compression = CommonOptions.ParseCompress(arguments.GetValue(_compress));
        using var place = SnapshotPlaces.Open(address);
        var pushed = await ByteProgress.ShowAsync(
            Environment, "pushed", progress => PlaceTransfer.PushAsync(client, place, collection, snapshot, compression, arguments.GetValue(_overwrite), progress, cancellationToken));
        if (IsJson(arguments))
            JsonOutput.WriteObject(Environment, json => PlaceOutput.WriteMembers(json, place, pushed));
        else
            Environment.Out.WriteLine($"{PlaceOutput.Name(place, pushed.Kept)}: snapshot '{snapshot}' of {SnapshotOutput.Whose(collection)}, {SnapshotOutput.Size(pushed.ArchiveBytes, pushed.IsCompressed ? pushed.Kept.Bytes : null)}");

        return ExitCode.Ok;
    }
}
