using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>delete</c>: points by id.</summary>
internal sealed class DeleteCommand : ClientCommand
{
    private readonly Argument<string> _collection = CommonOptions.Collection();
    private readonly Argument<string[]> _ids = new("ids") { Description = "Point ids: unsigned integers or UUIDs.", Arity = ArgumentArity.OneOrMore };

    public DeleteCommand(CliEnvironment environment)
        : base("delete", "Deletes points by id; ids that do not exist are passed over.", environment)
    {
        Arguments.Add(_collection);
        Arguments.Add(_ids);
    }

    protected override void Validate(ParseResult arguments) => ReadIds(arguments);

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var result = await client.DeleteAsync(arguments.GetRequiredValue(_collection), ReadIds(arguments), cancellationToken);
        if (IsJson(arguments))
        {
            JsonOutput.WriteObject(Environment, json =>
            {
                json.WriteNumber("deleted", result.PointsChanged);
                json.WriteNumber("lsn", result.Lsn);
            });
        }
        else
            Environment.Out.WriteLine($"{result.PointsChanged} deleted");

        return ExitCode.Ok;
    }

    private PointId[] ReadIds(ParseResult arguments) => [.. arguments.GetRequiredValue(_ids).Select(CommonOptions.ParseId)];
}
