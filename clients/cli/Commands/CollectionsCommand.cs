using System.CommandLine;

namespace VectorStore.Cli.Commands;

/// <summary><c>collections</c>: the group.</summary>
internal sealed class CollectionsCommand : Command
{
    public CollectionsCommand(CliEnvironment environment)
        : base("collections", "Make, list, look at, change and delete collections.")
    {
        Subcommands.Add(new CollectionsCreateCommand(environment));
        Subcommands.Add(new CollectionsListCommand(environment));
        Subcommands.Add(new CollectionsInfoCommand(environment));
        Subcommands.Add(new CollectionsUpdateCommand(environment));
        Subcommands.Add(new CollectionsDeleteCommand(environment));
    }
}
