using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>get</c>: one id gives an object in JSON, several an array.</summary>
internal sealed class GetCommand : ClientCommand
{
    private readonly Argument<string> _collection = CommonOptions.Collection();
    private readonly Argument<string[]> _ids = new("ids") { Description = "Point ids: unsigned integers or UUIDs.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<bool> _withVectors = CommonOptions.WithVectors();
    private readonly Option<bool> _noPayload = CommonOptions.NoPayload();

    public GetCommand(CliEnvironment environment)
        : base("get", "Reads points by id. Exit code 2 where one of them does not exist.", environment)
    {
        Arguments.Add(_collection);
        Arguments.Add(_ids);
        Options.Add(_withVectors);
        Options.Add(_noPayload);
    }

    protected override void Validate(ParseResult arguments) => ReadIds(arguments);

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        string collection = arguments.GetRequiredValue(_collection);
        var ids = ReadIds(arguments);
        var points = await client.GetAsync(collection, ids, !arguments.GetValue(_noPayload), arguments.GetValue(_withVectors), cancellationToken);
        Show(arguments, ids.Length, points);

        var missing = ids.Except(points.Select(point => point.Id)).ToArray();
        return missing.Length == 0
            ? ExitCode.Ok
            : throw CliException.NotFound("PointNotFound", $"collection '{collection}' has no point {string.Join(", ", missing)}", "ids");
    }

    private void Show(ParseResult arguments, int asked, IReadOnlyList<RetrievedPoint> points)
    {
        if (!IsJson(arguments))
        {
            if (points.Count > 0)
                Environment.Console.Write(PointOutput.Table(points));
        }
        else if (asked > 1)
            JsonOutput.WriteArray(Environment, points, PointOutput.Write);
        else if (points.Count == 1)
            JsonOutput.Write(Environment, json => PointOutput.Write(json, points[0]));
    }

    private PointId[] ReadIds(ParseResult arguments) => [.. arguments.GetRequiredValue(_ids).Select(CommonOptions.ParseId)];
}
