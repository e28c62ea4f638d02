using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>verify</c>.</summary>
internal sealed class VerifyCommand : ClientCommand
{
    private readonly Argument<string?> _collection = new("collection") { Description = "Name of the collection. Default: all.", Arity = ArgumentArity.ZeroOrOne };

    public VerifyCommand(CliEnvironment environment)
        : base("verify", "Reads every file back and checks every byte; a server serves meanwhile. Exit code 3 where something is damaged.", environment)
    {
        Arguments.Add(_collection);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var reports = new List<VerifyReport>();
        foreach (string name in await NamesAsync(arguments, client, cancellationToken))
            reports.Add(await client.VerifyAsync(name, new VerifyProgressLines(Environment), cancellationToken));

        bool damaged = reports.Any(report => report.Problems.Count > 0);
        if (IsJson(arguments))
        {
            JsonOutput.WriteObject(Environment, json =>
            {
                json.WriteBoolean("damaged", damaged);
                JsonOutput.WriteArray(json, "collections", reports, VerifyOutput.Write);
            });
        }
        else
            VerifyOutput.Show(Environment, reports);

        return damaged ? ExitCode.Damaged : ExitCode.Ok;
    }

    private async Task<IReadOnlyList<string>> NamesAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_collection) is { } name)
            return [name];

        return [.. (await client.ListCollectionsAsync(cancellationToken)).Select(info => info.Name)];
    }
}
