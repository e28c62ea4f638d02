using System.CommandLine;
using System.Text.Json;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot restore</c>.</summary>
internal sealed class SnapshotRestoreCommand : ClientCommand
{
    private readonly SnapshotNames _names;
    private readonly Option<string?> _to = new("--to") { HelpName = "NAME", Description = "Name of the collection to be. Default: that of the snapshot's collection." };
    private readonly Option<bool> _replace = new("--replace") { Description = "Replace the collection of that name where there is one. What was written to it since the snapshot is lost." };

    public SnapshotRestoreCommand(CliEnvironment environment)
        : base("restore", "Makes a collection out of a snapshot, which is verified first: of the same name, or of another one with --to. With --all it makes all collections that are in it, under their names.", environment)
    {
        _names = new SnapshotNames(this, ("snapshot", "Name of the snapshot."));
        Options.Add(_to);
        Options.Add(_replace);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var names = _names.Read(arguments);
        var (collection, snapshot) = (names[0], names[1]);
        if (collection == VectorDatabase.WholeDatabase)
            return await RestoreAllAsync(arguments, client, snapshot, cancellationToken);

        var restored = await client.RestoreSnapshotAsync(
            collection, snapshot, arguments.GetValue(_to) ?? collection, arguments.GetValue(_replace), cancellationToken);
        if (IsJson(arguments))
            JsonOutput.Write(Environment, json => Write(json, restored));
        else
            Environment.Out.WriteLine(Describe(restored, snapshot));

        return ExitCode.Ok;
    }

    protected override void Validate(ParseResult arguments)
    {
        if (_names.Read(arguments)[0] == VectorDatabase.WholeDatabase && arguments.GetValue(_to) is { } target)
            throw CliException.BadInput($"--to: collections of a snapshot of the whole database keep their names; expected none, got '{target}'", "to");
    }

    private static void Write(Utf8JsonWriter json, CollectionInfo restored)
    {
        json.WriteStartObject();
        json.WriteString("collection", restored.Name);
        json.WriteNumber("points", restored.Points);
        json.WriteNumber("lsn", restored.Lsn);
        json.WriteEndObject();
    }

    private static string Describe(CollectionInfo restored, string snapshot) => $"collection '{restored.Name}' is what snapshot '{snapshot}' holds: {restored.Points:n0} points";

    private async Task<int> RestoreAllAsync(ParseResult arguments, IVectorStoreClient client, string snapshot, CancellationToken cancellationToken)
    {
        var restored = await client.RestoreDatabaseSnapshotAsync(snapshot, arguments.GetValue(_replace), cancellationToken);
        if (IsJson(arguments))
            JsonOutput.WriteArray(Environment, restored, Write);
        else
        {
            foreach (var info in restored)
                Environment.Out.WriteLine(Describe(info, snapshot));
        }

        return ExitCode.Ok;
    }
}
