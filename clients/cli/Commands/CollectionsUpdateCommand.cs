using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>collections update</c>.</summary>
internal sealed class CollectionsUpdateCommand : ClientCommand
{
    private readonly Argument<string> _name = CommonOptions.Collection();
    private readonly Option<string?> _vector = CommonOptions.Vector();
    private readonly GraphOptions _graph = new(isChange: true);
    private readonly IndexOptions _index = new(isChange: true);
    private readonly Option<bool> _wait = new("--wait") { Description = "Return once all segments are rebuilt. With --data they are rebuilt only as long as the command runs." };

    public CollectionsUpdateCommand(CliEnvironment environment)
        : base("update", "Changes how a collection is searched and built. What is not given stays; segments are rebuilt in the background.", environment)
    {
        Arguments.Add(_name);
        Options.Add(_vector);
        _graph.AddTo(this);
        _index.AddTo(this);
        Options.Add(_wait);
    }

    protected override void Validate(ParseResult arguments)
    {
        if (ReadChange(arguments) == new VectorConfigChange())
            throw CliException.BadInput("nothing is to change: give at least one of the options, such as --quantization or --ef-search");
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        string name = arguments.GetRequiredValue(_name);
        var (vector, _) = await CommonOptions.ResolveVectorAsync(client, name, arguments.GetValue(_vector), cancellationToken);
        long started = Environment.Time.GetTimestamp();
        var problemBefore = (await client.GetOptimizerStatusAsync(name, cancellationToken)).LastProblem;
        await client.UpdateCollectionAsync(name, CollectionConfigChange.OfVector(vector, ReadChange(arguments)), cancellationToken);

        var status = await client.GetOptimizerStatusAsync(name, cancellationToken);
        bool waits = arguments.GetValue(_wait);
        if (waits)
        {
            var rebuilding = RebuildWait.UntilDoneAsync(() => client.GetOptimizerStatusAsync(name, cancellationToken), name, status.Current, problemBefore, Environment.Time, cancellationToken);
            await OptimizerProgress.ShowAsync(Environment, rebuilding, () => client.GetOptimizerStatusAsync(name, cancellationToken), cancellationToken);
            status = await client.GetOptimizerStatusAsync(name, cancellationToken);
        }

        double? seconds = waits ? Environment.Time.GetElapsedTime(started).TotalSeconds : null;
        var info = await client.GetCollectionInfoAsync(name, cancellationToken);
        if (IsJson(arguments))
            JsonOutput.WriteObject(Environment, json => CollectionOutput.WriteUpdate(json, info, status, seconds));
        else
            Environment.Out.WriteLine(CollectionOutput.DescribeUpdate(info, vector, status, seconds));

        return ExitCode.Ok;
    }

    private VectorConfigChange ReadChange(ParseResult arguments) => _index.Apply(arguments, _graph.Apply(arguments, new VectorConfigChange()));
}
