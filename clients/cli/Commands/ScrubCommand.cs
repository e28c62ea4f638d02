using System.CommandLine;

namespace VectorStore.Cli.Commands;

/// <summary><c>scrub</c>: the group.</summary>
internal sealed class ScrubCommand : Command
{
    public ScrubCommand(CliEnvironment environment)
        : base("scrub", "Look at, pause, resume and run the reading of files that finds damage early.")
    {
        Subcommands.Add(new ScrubStatusCommand(environment));
        Subcommands.Add(new ScrubPauseCommand(environment));
        Subcommands.Add(new ScrubResumeCommand(environment));
        Subcommands.Add(new ScrubRunCommand(environment));
    }
}
