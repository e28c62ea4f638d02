using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot verify</c>.</summary>
internal sealed class SnapshotVerifyCommand : ClientCommand
{
    private readonly SnapshotNames _names;

    public SnapshotVerifyCommand(CliEnvironment environment)
        : base("verify", "Reads every file of a snapshot back and checks every byte. Exit code 3 where something is damaged.", environment)
    {
        _names = new SnapshotNames(this, ("snapshot", "Name of the snapshot."));
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var names = _names.Read(arguments);
        var (collection, snapshot) = (names[0], names[1]);
        var report = await ByteProgress.ShowAsync(
            Environment, "verified", progress => client.VerifySnapshotAsync(collection, snapshot, progress, cancellationToken));
        if (IsJson(arguments))
            JsonOutput.WriteObject(Environment, json => SnapshotOutput.WriteReport(json, snapshot, report));
        else
            VerifyOutput.Show(Environment, [report]);

        return report.Problems.Count > 0 ? ExitCode.Damaged : ExitCode.Ok;
    }
}
