using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>collections create</c>.</summary>
internal sealed class CollectionsCreateCommand : ClientCommand
{
    private readonly Argument<string> _name = CommonOptions.Collection();
    private readonly Option<string[]> _vectors = new("--vector")
    {
        HelpName = "NAME:DIM:METRIC",
        Description = "A named vector, its dimension and its metric (cosine, dot, euclidean, manhattan). Repeatable.",
        Required = true,
    };

    private readonly GraphOptions _graph = new();
    private readonly IndexOptions _index = new();
    private readonly Option<string?> _durability = new("--durability")
    {
        HelpName = "fsync|interval",
        Description = "When a write counts as durable: once synced (default), or at most 100 ms later.",
    };

    public CollectionsCreateCommand(CliEnvironment environment)
        : base("create", "Makes a collection, and the data directory where there is none.", environment)
    {
        Arguments.Add(_name);
        Options.Add(_vectors);
        _graph.AddTo(this);
        _index.AddTo(this);
        Options.Add(_durability);
    }

    protected override bool CreatesDatabase => true;

    protected override void Validate(ParseResult arguments) => ReadConfig(arguments);

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        string name = arguments.GetRequiredValue(_name);
        await client.CreateCollectionAsync(name, ReadConfig(arguments), cancellationToken);
        var info = await client.GetCollectionInfoAsync(name, cancellationToken);
        if (IsJson(arguments))
            JsonOutput.Write(Environment, json => CollectionOutput.WriteInfo(json, info));
        else
            Environment.Out.WriteLine($"collection '{name}' is made: {string.Join(", ", CollectionOutput.DescribeVectors(info))}");

        return ExitCode.Ok;
    }

    private CollectionConfig ReadConfig(ParseResult arguments)
    {
        var hnsw = _graph.Read(arguments);
        var vectors = new Dictionary<string, VectorConfig>();
        foreach (string text in arguments.GetRequiredValue(_vectors))
        {
            var spec = VectorSpec.Parse(text);
            if (!vectors.TryAdd(spec.Name, _index.Apply(arguments, new VectorConfig(spec.Dimension, spec.Metric) { Hnsw = hnsw })))
                throw CliException.BadInput($"--vector: expected each name once, got '{spec.Name}' twice", "vector");
        }

        return new CollectionConfig { Vectors = vectors, Durability = ReadDurability(arguments.GetValue(_durability)) };
    }

    private static Durability ReadDurability(string? text) => text switch
    {
        null or "fsync" => Durability.Fsync,
        "interval" => Durability.Interval,
        _ => throw CliException.BadInput($"--durability: expected fsync or interval, got '{text}'", "durability"),
    };
}
