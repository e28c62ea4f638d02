using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
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

    private readonly Option<ulong?> _toLsn = new("--to-lsn") { HelpName = "N", Description = "Also every write after the snapshot up to this log position, which writes and 'info' tell." };
    private readonly Option<DateTimeOffset?> _toTime = new("--to-time")
    {
        HelpName = "TIME",
        Description = "Also every write after the snapshot that was answered up to this time, such as 2026-01-31T12:00:00Z. Without an offset: UTC.",
        CustomParser = ReadTime,
    };

    private readonly Option<bool> _toNewest = new("--to-newest") { Description = "Also every write after the snapshot that the log and its archive hold." };

    public SnapshotRestoreCommand(CliEnvironment environment)
        : base("restore", "Makes a collection out of a snapshot, which is verified first: of the same name, or of another one with --to. With --all it makes all collections that are in it, under their names.", environment)
    {
        _names = new SnapshotNames(this, ("snapshot", "Name of the snapshot."));
        Options.Add(_to);
        Options.Add(_replace);
        Options.Add(_toLsn);
        Options.Add(_toTime);
        Options.Add(_toNewest);
        Validators.Add(result =>
        {
            int moments = new[] { result.GetResult(_toLsn) is not null, result.GetResult(_toTime) is not null, result.GetResult(_toNewest) is not null }.Count(given => given);
            if (moments > 1)
                result.AddError($"expected at most one of --to-lsn, --to-time and --to-newest, got {moments}");
        });
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var names = _names.Read(arguments);
        var (collection, snapshot) = (names[0], names[1]);
        if (collection == VectorDatabase.WholeDatabase)
            return await RestoreAllAsync(arguments, client, snapshot, cancellationToken);

        var restored = await client.RestoreSnapshotAsync(
            collection, snapshot, PointOf(arguments), arguments.GetValue(_to) ?? collection, arguments.GetValue(_replace), cancellationToken);
        if (IsJson(arguments))
            JsonOutput.Write(Environment, json => Write(json, restored));
        else
            Environment.Out.WriteLine(Describe(restored, snapshot, PointOf(arguments)));

        return ExitCode.Ok;
    }

    protected override void Validate(ParseResult arguments)
    {
        if (_names.Read(arguments)[0] == VectorDatabase.WholeDatabase && arguments.GetValue(_to) is { } target)
            throw CliException.BadInput($"--to: collections of a snapshot of the whole database keep their names; expected none, got '{target}'", "to");
        if (_names.Read(arguments)[0] == VectorDatabase.WholeDatabase && arguments.GetValue(_toLsn) is { } lsn)
            throw CliException.BadInput($"--to-lsn: each collection of the whole database has log positions of its own; expected --to-time or --to-newest, got {lsn}", "to-lsn");
    }

    private static void Write(Utf8JsonWriter json, CollectionInfo restored)
    {
        json.WriteStartObject();
        json.WriteString("collection", restored.Name);
        json.WriteNumber("points", restored.Points);
        json.WriteNumber("lsn", restored.Lsn);
        json.WriteEndObject();
    }

    private static string Describe(CollectionInfo restored, string snapshot, RestorePoint? point)
    {
        string further = point is null ? "" : $" and the log up to position {restored.Lsn}";
        return $"collection '{restored.Name}' is what snapshot '{snapshot}'{further} holds: {restored.Points:n0} points";
    }

    private async Task<int> RestoreAllAsync(ParseResult arguments, IVectorStoreClient client, string snapshot, CancellationToken cancellationToken)
    {
        var restored = await client.RestoreDatabaseSnapshotAsync(snapshot, PointOf(arguments), arguments.GetValue(_replace), cancellationToken);
        if (IsJson(arguments))
            JsonOutput.WriteArray(Environment, restored, Write);
        else
        {
            foreach (var info in restored)
                Environment.Out.WriteLine(Describe(info, snapshot, PointOf(arguments)));
        }

        return ExitCode.Ok;
    }

    private RestorePoint? PointOf(ParseResult arguments) =>
        arguments.GetValue(_toLsn) is { } lsn ? RestorePoint.AtLsn(lsn)
        : arguments.GetValue(_toTime) is { } time ? RestorePoint.AtTime(time)
        : arguments.GetValue(_toNewest) ? RestorePoint.Newest
        : null;

    private static DateTimeOffset? ReadTime(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return time;

        result.AddError($"--to-time: expected a time such as 2026-01-31T12:00:00Z, got '{text}'");
        return null;
    }
}
