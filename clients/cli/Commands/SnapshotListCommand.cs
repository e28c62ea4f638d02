using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Places;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot list</c>.</summary>
internal sealed class SnapshotListCommand : ClientCommand
{
    private readonly SnapshotNames _names;
    private readonly Option<string?> _place = CommonOptions.PlaceOption();

    public SnapshotListCommand(CliEnvironment environment)
        : base("list", "Lists the snapshots of a collection, those of a deleted one too, or the archives of them that a place keeps. Exit code 3 where a snapshot is damaged.", environment)
    {
        _names = new SnapshotNames(this);
        Options.Add(_place);
    }

    protected override Task<int>? RunWithoutDatabase(ParseResult arguments, CancellationToken cancellationToken) =>
        arguments.GetValue(_place) is { } place ? ListPlaceAsync(arguments, place, cancellationToken) : null;

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var snapshots = await client.ListSnapshotsAsync(_names.Read(arguments)[0], cancellationToken);
        if (IsJson(arguments))
            JsonOutput.WriteArray(Environment, snapshots, SnapshotOutput.Write);
        else
            SnapshotOutput.Show(Environment, snapshots);

        return snapshots.Any(snapshot => snapshot.Problem is not null) ? ExitCode.Damaged : ExitCode.Ok;
    }

    private async Task<int> ListPlaceAsync(ParseResult arguments, string address, CancellationToken cancellationToken)
    {
        ThrowIfDatabase(arguments, "place");
        using var place = SnapshotPlaces.Open(address);
        string collection = _names.Read(arguments)[0];
        var archives = (await place.ListAsync(ArchiveKey.Below(collection), cancellationToken)).Where(archive => ArchiveKey.IsOf(collection, archive.Key)).ToList();
        if (IsJson(arguments))
        {
            JsonOutput.WriteArray(Environment, archives, (json, archive) =>
            {
                json.WriteStartObject();
                PlaceOutput.WriteMembers(json, place, archive);
                json.WriteEndObject();
            });
        }
        else
            PlaceOutput.Show(Environment, archives);

        return ExitCode.Ok;
    }
}
