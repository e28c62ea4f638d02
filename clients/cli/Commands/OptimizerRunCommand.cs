using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>optimizer run</c>: merges now what may be merged, rebuilds what is built otherwise than it should be, and waits for it.</summary>
internal sealed class OptimizerRunCommand : ClientCommand
{
    private readonly Argument<string> _collection = CommonOptions.Collection();

    public OptimizerRunCommand(CliEnvironment environment)
        : base("run", "Merges segments until there are as few as may be, rebuilds those of another configuration, now, and waits for it. Works while the optimizer is paused, too.", environment)
    {
        Arguments.Add(_collection);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        string collection = arguments.GetRequiredValue(_collection);
        var before = await client.GetCollectionInfoAsync(collection, cancellationToken);
        int rebuilt = (await client.GetOptimizerStatusAsync(collection, cancellationToken)).WaitingToRebuild.Count;
        long started = Environment.Time.GetTimestamp();
        await OptimizerProgress.ShowAsync(
            Environment, client.OptimizeAsync(collection, cancellationToken), () => client.GetOptimizerStatusAsync(collection, cancellationToken), cancellationToken);
        double seconds = Environment.Time.GetElapsedTime(started).TotalSeconds;
        var after = await client.GetCollectionInfoAsync(collection, cancellationToken);
        if (IsJson(arguments))
            JsonOutput.WriteObject(Environment, json => OptimizerOutput.WriteRun(json, before, after, rebuilt, seconds));
        else
            Environment.Out.WriteLine(OptimizerOutput.DescribeRun(before, after, rebuilt, seconds));

        return ExitCode.Ok;
    }
}
