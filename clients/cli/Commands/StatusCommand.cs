using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>status</c>: exit code 3 where a collection is red, so that a monitor needs no parsing.</summary>
internal sealed class StatusCommand(CliEnvironment environment)
    : ClientCommand("status", "Shows every collection: health, points, indexing, segments, memory, disk, log positions. Exit code 3 where one is red.", environment)
{
    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var collections = await client.ListCollectionsAsync(cancellationToken);
        if (IsJson(arguments))
            JsonOutput.WriteObject(Environment, json => JsonOutput.WriteArray(json, "collections", collections, CollectionOutput.WriteInfo));
        else
            ShowTable(collections);

        return collections.Any(info => info.Health == CollectionHealth.Red) ? ExitCode.Damaged : ExitCode.Ok;
    }

    private void ShowTable(IReadOnlyList<CollectionInfo> collections)
    {
        Environment.Console.Write(CollectionOutput.StatusTable(collections));
        foreach (var info in collections.Where(info => info.Problem is not null))
            Environment.Out.WriteLine($"{info.Name}: {info.Problem}");
    }
}
