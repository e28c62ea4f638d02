using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>payload set</c>, <c>payload overwrite</c>, <c>payload delete</c>, <c>payload clear</c>.</summary>
internal sealed class PayloadEditCommand : ClientCommand
{
    private readonly PayloadChangeKind _kind;
    private readonly Argument<string> _collection = CommonOptions.Collection();
    private readonly Argument<string[]> _ids = new("ids") { Description = "Point ids: unsigned integers or UUIDs. Either these or --filter.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _filter = CommonOptions.Filter();
    private readonly Option<string> _payload = new("--payload") { HelpName = "JSON", Description = "One JSON object.", Required = true };
    private readonly Option<string[]> _fields = new("--field") { HelpName = "NAME", Description = "A field of the outermost object. Repeat it for several.", Required = true };

    public PayloadEditCommand(PayloadChangeKind kind, string name, string description, CliEnvironment environment)
        : base(name, description, environment)
    {
        _kind = kind;
        Arguments.Add(_collection);
        Arguments.Add(_ids);
        Options.Add(_filter);
        if (kind is PayloadChangeKind.Set or PayloadChangeKind.Overwrite)
            Options.Add(_payload);
        if (kind == PayloadChangeKind.DeleteFields)
            Options.Add(_fields);
    }

    protected override void Validate(ParseResult arguments)
    {
        bool hasFilter = CommonOptions.ParseFilter(arguments.GetValue(_filter)) is not null;
        if (hasFilter == ReadIds(arguments).Length > 0)
            throw CliException.BadInput(hasFilter ? "expected either ids or --filter, got both" : "which points? expected ids or --filter, got neither", "ids");

        // The engine's own checks, before anything is opened.
        ReadEdit(arguments).ToEngine();
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var filter = CommonOptions.ParseFilter(arguments.GetValue(_filter));
        var result = await client.UpdatePayloadAsync(arguments.GetRequiredValue(_collection), ReadIds(arguments), filter, ReadEdit(arguments), cancellationToken);
        if (IsJson(arguments))
        {
            JsonOutput.WriteObject(Environment, json =>
            {
                json.WriteNumber("updated", result.PointsChanged);
                json.WriteNumber("unknown", result.PointsUnknown);
                json.WriteNumber("lsn", result.Lsn);
            });
        }
        else
            Environment.Out.WriteLine(result.PointsUnknown == 0 ? $"{result.PointsChanged} updated" : $"{result.PointsChanged} updated, {result.PointsUnknown} unknown");

        return ExitCode.Ok;
    }

    private PointId[] ReadIds(ParseResult arguments) => [.. (arguments.GetValue(_ids) ?? []).Select(CommonOptions.ParseId)];

    private PayloadEdit ReadEdit(ParseResult arguments) => new(
        _kind,
        _kind is PayloadChangeKind.Set or PayloadChangeKind.Overwrite ? Payload.FromJson(arguments.GetRequiredValue(_payload)) : null,
        _kind == PayloadChangeKind.DeleteFields ? arguments.GetRequiredValue(_fields) : []);
}
