using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot verify</c>.</summary>
internal sealed class SnapshotVerifyCommand : ClientCommand
{
    private readonly Argument<string> _collection = CommonOptions.Collection();
    private readonly Argument<string> _snapshot = CommonOptions.Snapshot();

    public SnapshotVerifyCommand(CliEnvironment environment)
        : base("verify", "Reads every file of a snapshot back and checks every byte. Exit code 3 where something is damaged.", environment)
    {
        Arguments.Add(_collection);
        Arguments.Add(_snapshot);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        string collection = arguments.GetRequiredValue(_collection);
        string snapshot = arguments.GetRequiredValue(_snapshot);
        var report = await ByteProgress.ShowAsync(
            Environment, "verified", progress => client.VerifySnapshotAsync(collection, snapshot, progress, cancellationToken));
        if (IsJson(arguments))
            JsonOutput.WriteObject(Environment, json => SnapshotOutput.WriteReport(json, snapshot, report));
        else
            VerifyOutput.Show(Environment, [report]);

        return report.Problems.Count > 0 ? ExitCode.Damaged : ExitCode.Ok;
    }
}
