using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>count</c>.</summary>
internal sealed class CountCommand : ClientCommand
{
    private readonly Argument<string> _collection = CommonOptions.Collection();
    private readonly Option<string?> _filter = CommonOptions.Filter();

    public CountCommand(CliEnvironment environment)
        : base("count", "Counts live points, exactly.", environment)
    {
        Arguments.Add(_collection);
        Options.Add(_filter);
    }

    protected override void Validate(ParseResult arguments) => CommonOptions.ParseFilter(arguments.GetValue(_filter));

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var filter = CommonOptions.ParseFilter(arguments.GetValue(_filter));
        long count = await client.CountAsync(arguments.GetRequiredValue(_collection), filter, cancellationToken);
        if (IsJson(arguments))
            JsonOutput.WriteObject(Environment, json => json.WriteNumber("count", count));
        else
            Environment.Out.WriteLine(count);

        return ExitCode.Ok;
    }
}
