using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>collections info</c>.</summary>
internal sealed class CollectionsInfoCommand : ClientCommand
{
    private readonly Argument<string> _name = CommonOptions.Collection();

    public CollectionsInfoCommand(CliEnvironment environment)
        : base("info", "Shows one collection: configuration, points, segments, memory, disk.", environment)
    {
        Arguments.Add(_name);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var info = await client.GetCollectionInfoAsync(arguments.GetRequiredValue(_name), cancellationToken);
        if (IsJson(arguments))
            JsonOutput.Write(Environment, json => CollectionOutput.WriteInfo(json, info));
        else
            Environment.Console.Write(CollectionOutput.InfoTable(info));

        return ExitCode.Ok;
    }
}
