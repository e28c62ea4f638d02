using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot create</c>.</summary>
internal sealed class SnapshotCreateCommand : ClientCommand
{
    private readonly Argument<string> _collection = CommonOptions.Collection();
    private readonly Argument<string> _snapshot = CommonOptions.Snapshot();

    public SnapshotCreateCommand(CliEnvironment environment)
        : base("create", "Makes a snapshot of a collection as it is now, while it may be read and written.", environment)
    {
        Arguments.Add(_collection);
        Arguments.Add(_snapshot);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        string collection = arguments.GetRequiredValue(_collection);
        string snapshot = arguments.GetRequiredValue(_snapshot);
        var made = await client.CreateSnapshotAsync(collection, snapshot, cancellationToken);
        if (IsJson(arguments))
            JsonOutput.Write(Environment, json => SnapshotOutput.Write(json, made));
        else
            Environment.Out.WriteLine($"snapshot '{made.Name}' of collection '{collection}': {SnapshotOutput.Describe(made)}");

        return ExitCode.Ok;
    }
}
