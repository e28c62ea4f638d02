using System.CommandLine;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>payload</c>: the group.</summary>
internal sealed class PayloadCommand : Command
{
    public PayloadCommand(CliEnvironment environment)
        : base("payload", "Change the payloads of points; their vectors stay as they are.")
    {
        Subcommands.Add(new PayloadEditCommand(PayloadChangeKind.Set, "set", "Gives fields new values; the other fields stay.", environment));
        Subcommands.Add(new PayloadEditCommand(PayloadChangeKind.Overwrite, "overwrite", "Puts another payload in the place of the one before.", environment));
        Subcommands.Add(new PayloadEditCommand(PayloadChangeKind.DeleteFields, "delete", "Deletes fields; the other fields stay.", environment));
        Subcommands.Add(new PayloadEditCommand(PayloadChangeKind.Clear, "clear", "Leaves no payload.", environment));
    }
}
