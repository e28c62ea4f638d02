using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Places;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot delete</c>.</summary>
internal sealed class SnapshotDeleteCommand : ClientCommand
{
    private readonly SnapshotNames _names;
    private readonly Option<string?> _place = CommonOptions.PlaceOption();

    public SnapshotDeleteCommand(CliEnvironment environment)
        : base("delete", "Deletes a snapshot, a damaged one too, or the archive of one that a place keeps. The collection stays as it is.", environment)
    {
        _names = new SnapshotNames(this, ("snapshot", "Name of the snapshot."));
        Options.Add(_place);
    }

    protected override Task<int>? RunWithoutDatabase(ParseResult arguments, CancellationToken cancellationToken) =>
        arguments.GetValue(_place) is { } place ? DeleteFromPlaceAsync(arguments, place, cancellationToken) : null;

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

    private async Task<int> DeleteFromPlaceAsync(ParseResult arguments, string address, CancellationToken cancellationToken)
    {
        ThrowIfDatabase(arguments, "place");
        using var place = SnapshotPlaces.Open(address);
        string key = ArchiveKey.Of(_names.Read(arguments)[0], _names.Read(arguments)[1]);
        await place.DeleteAsync(key, cancellationToken);
        if (IsJson(arguments))
            JsonOutput.WriteObject(Environment, json => json.WriteString("deleted", key));
        else
            Environment.Out.WriteLine($"archive {place.Address}/{key} is deleted");

        return ExitCode.Ok;
    }
}
