using System.CommandLine;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot schedule</c>: the group.</summary>
internal sealed class SnapshotScheduleCommand : Command
{
    public SnapshotScheduleCommand(CliEnvironment environment)
        : base("schedule", "Have snapshots made by themselves, see how that goes, stop it.")
    {
        Subcommands.Add(new SnapshotScheduleSetCommand(environment));
        Subcommands.Add(new SnapshotScheduleListCommand(environment));
        Subcommands.Add(new SnapshotScheduleRemoveCommand(environment));
    }
}
