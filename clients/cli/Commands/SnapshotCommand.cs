using System.CommandLine;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot</c>: the group.</summary>
internal sealed class SnapshotCommand : Command
{
    public SnapshotCommand(CliEnvironment environment)
        : base("snapshot", "Make, list, verify, download, upload, push, pull, restore and delete snapshots of collections, or of the whole database; have them made by themselves.")
    {
        Subcommands.Add(new SnapshotCreateCommand(environment));
        Subcommands.Add(new SnapshotListCommand(environment));
        Subcommands.Add(new SnapshotVerifyCommand(environment));
        Subcommands.Add(new SnapshotDownloadCommand(environment));
        Subcommands.Add(new SnapshotUploadCommand(environment));
        Subcommands.Add(new SnapshotPushCommand(environment));
        Subcommands.Add(new SnapshotPullCommand(environment));
        Subcommands.Add(new SnapshotRestoreCommand(environment));
        Subcommands.Add(new SnapshotDeleteCommand(environment));
        Subcommands.Add(new SnapshotArchiveCommand(environment));
        Subcommands.Add(new SnapshotScheduleCommand(environment));
    }
}
