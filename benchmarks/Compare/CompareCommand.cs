using System.CommandLine;
using VectorStore.Benchmarks.Search;
using VectorStore.Datasets;
using VectorStore.Engine;

namespace VectorStore.Benchmarks.Compare;

/// <summary>The command line of <see cref="CompareRun"/>.</summary>
internal sealed class CompareCommand : RootCommand
{
    private static readonly string[] s_known = ["hnswlib", "faiss", "usearch"];

    private readonly SearchOptions _options = new();
    private readonly Option<string> _peers = new("--peers") { DefaultValueFactory = _ => s_known[0], Description = $"Peers, parted by commas, of {string.Join(", ", s_known)}; the last line is about the first." };
    private readonly Option<DirectoryInfo> _peerDirectory = new("--peer-programs") { Required = true, Description = "Directory with the drivers; compare.sh makes it." };
    private readonly Option<int> _rounds = new("--rounds") { DefaultValueFactory = _ => 2, Description = "How often everybody searches, in turns." };
    private readonly Option<bool> _reusePeers = new("--reuse-peers") { Description = "Take a peer's index and build time from an earlier run with this option on the same data." };

    public CompareCommand()
        : base("Compares the engine with peers on one data set: throughput at equal recall with one search thread, build time, memory.")
    {
        _options.AddTo(this);
        Options.Add(_peers);
        Options.Add(_peerDirectory);
        Options.Add(_rounds);
        Options.Add(_reusePeers);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        try
        {
            string[] peers = arguments.GetRequiredValue(_peers).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (peers.Length == 0 || peers.Except(s_known, StringComparer.Ordinal).Any())
                throw new ArgumentException($"--peers: expected some of {string.Join(", ", s_known)}, got '{arguments.GetValue(_peers)}'");

            var search = _options.Read(arguments);
            if (search.Metric == Metric.Manhattan)
                throw new ArgumentException("--metric: expected euclidean, cosine or dot, which the peers have too");

            await new CompareRun(new CompareSettings
            {
                Search = search,
                Peers = peers,
                PeerDirectory = arguments.GetRequiredValue(_peerDirectory).FullName,
                Rounds = Math.Max(1, arguments.GetValue(_rounds)),
                ReusePeers = arguments.GetValue(_reusePeers),
            }).RunAsync(cancellationToken);
            return 0;
        }
        catch (Exception exception) when (exception is VectorStoreException or DatasetFormatException or IOException or ArgumentException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
    }
}
