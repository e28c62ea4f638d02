using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot schedule list</c>.</summary>
internal sealed class SnapshotScheduleListCommand : ClientCommand
{
    public SnapshotScheduleListCommand(CliEnvironment environment)
        : base("list", "Lists all schedules of snapshots: when each ran last and is due next, and what went wrong last.", environment)
    {
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var schedules = await client.ListSnapshotSchedulesAsync(cancellationToken);
        if (IsJson(arguments))
            JsonOutput.WriteArray(Environment, schedules, ScheduleOutput.Write);
        else
            ScheduleOutput.Show(Environment, schedules);

        return ExitCode.Ok;
    }
}
