using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>collections delete</c>.</summary>
internal sealed class CollectionsDeleteCommand : ClientCommand
{
    private readonly Argument<string> _name = CommonOptions.Collection();

    public CollectionsDeleteCommand(CliEnvironment environment)
        : base("delete", "Deletes a collection with all its points, a damaged one too. There is no way back.", environment)
    {
        Arguments.Add(_name);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        string name = arguments.GetRequiredValue(_name);
        await client.DeleteCollectionAsync(name, cancellationToken);
        if (IsJson(arguments))
        {
            JsonOutput.WriteObject(Environment, json => json.WriteString("deleted", name));
        }
        else
            Environment.Out.WriteLine($"collection '{name}' is deleted");

        return ExitCode.Ok;
    }
}
