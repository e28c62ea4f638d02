using System.CommandLine;
using VectorStore.Datasets;

namespace VectorStore.Benchmarks.Generate;

/// <summary><c>clusters</c>: vectors made by code alone, for machines without data sets.</summary>
internal sealed class ClustersCommand : Command
{
    private const int Clusters = 200;

    private readonly Option<long> _count = new("--count") { Required = true, Description = "How many vectors to make." };
    private readonly Option<long> _first = new("--first") { Description = "Number of the first one: queries take numbers that the base does not have." };
    private readonly Option<int> _dimension = new("--dimension") { DefaultValueFactory = _ => 96, Description = "Numbers per vector." };
    private readonly Option<ulong> _seed = new("--seed") { DefaultValueFactory = _ => 42, Description = "Another seed, other vectors." };
    private readonly Option<FileInfo> _out = new("--out") { Required = true, Description = "The fbin file to write." };

    public ClustersCommand()
        : base("clusters", "Makes clustered vectors out of nothing but a seed.")
    {
        Options.Add(_count);
        Options.Add(_first);
        Options.Add(_dimension);
        Options.Add(_seed);
        Options.Add(_out);
        SetAction(Run);
    }

    private Task<int> Run(ParseResult arguments, CancellationToken cancellationToken)
    {
        try
        {
            long first = arguments.GetValue(_first);
            var clusters = new SyntheticClusters(arguments.GetValue(_seed), arguments.GetValue(_dimension), Clusters);
            GeneratedFile.Write(
                arguments.GetRequiredValue(_out).FullName,
                arguments.GetRequiredValue(_count),
                clusters.Dimension,
                (number, vector) => clusters.Make(first + number, vector),
                cancellationToken);
            return Task.FromResult(0);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(exception.Message);
            return Task.FromResult(1);
        }
    }
}
