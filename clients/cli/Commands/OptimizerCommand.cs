using System.CommandLine;

namespace VectorStore.Cli.Commands;

/// <summary><c>optimizer</c>: the group.</summary>
internal sealed class OptimizerCommand : Command
{
    public OptimizerCommand(CliEnvironment environment)
        : base("optimizer", "Look at, pause, resume and run the sealing and merging of segments.")
    {
        Subcommands.Add(new OptimizerStatusCommand(environment));
        Subcommands.Add(new OptimizerPauseCommand(environment));
        Subcommands.Add(new OptimizerResumeCommand(environment));
        Subcommands.Add(new OptimizerRunCommand(environment));
    }
}
