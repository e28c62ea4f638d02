using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot archive</c>.</summary>
internal sealed class SnapshotArchiveCommand : ClientCommand
{
    private readonly Argument<string?> _collection = new("collection") { Description = "Name of the collection. Default: all.", Arity = ArgumentArity.ZeroOrOne };

    public SnapshotArchiveCommand(CliEnvironment environment)
        : base("archive", "Shows what is kept of logs, and from where to where each snapshot can be restored by them. Exit code 3 where a snapshot or a log is damaged.", environment)
    {
        Arguments.Add(_collection);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var status = await client.GetLogArchiveAsync(arguments.GetValue(_collection), cancellationToken);
        if (IsJson(arguments))
            JsonOutput.WriteObject(Environment, json => LogArchiveOutput.WriteMembers(json, status));
        else
            LogArchiveOutput.Show(Environment, status);

        return status.Ranges.Any(range => range.Problem is not null) ? ExitCode.Damaged : ExitCode.Ok;
    }
}
