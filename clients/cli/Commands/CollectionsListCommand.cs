using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>collections list</c>.</summary>
internal sealed class CollectionsListCommand(CliEnvironment environment)
    : ClientCommand("list", "Lists collections, damaged ones included.", environment)
{
    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var collections = await client.ListCollectionsAsync(cancellationToken);
        if (IsJson(arguments))
            JsonOutput.WriteArray(Environment, collections, CollectionOutput.WriteInfo);
        else
        {
            Environment.Console.Write(CollectionOutput.ListTable(collections));
            foreach (var info in collections.Where(info => info.Problem is not null))
                Environment.Out.WriteLine($"{info.Name}: {info.Problem}");
        }

        return ExitCode.Ok;
    }
}
