using VectorStore.Benchmarks.Search.Results;
using VectorStore.Benchmarks.Search.Truths;
using VectorStore.Datasets;

namespace VectorStore.Benchmarks.Compare;

/// <summary>Everybody builds once, then all search in turns, round after round, so that what disturbs the machine for a while disturbs all.</summary>
internal sealed class CompareRun(CompareSettings settings)
{
    /// <returns>The ratios; also printed and written where the settings say.</returns>
    public async Task<Comparison> RunAsync(CancellationToken cancellationToken)
    {
        var prepared = Prepare();
        float[][] queries = ReadQueries(prepared.Search.QueryFile);
        string truth = TruthCache.Ensure(prepared.Search, queries, cancellationToken);

        using var ourselves = new Ourselves(prepared.Search);
        var contestants = new List<IContestant> { ourselves };
        try
        {
            foreach (string peer in prepared.Peers)
                contestants.Add(new Peer(peer, prepared, truth));

            var lines = await MeasureAsync(contestants, cancellationToken);
            var comparison = new Comparison(lines, prepared.Peers);
            Report(comparison, lines);
            return comparison;
        }
        finally
        {
            foreach (var peer in contestants.OfType<Peer>())
                peer.Dispose();
        }
    }

    private CompareSettings Prepare()
    {
        var search = settings.Search;
        string directory = Path.Combine(search.WorkDirectory, "data");
        return settings with
        {
            Search = search with
            {
                BaseFile = PreparedData.Ensure(search.BaseFile, search.Limit, directory),
                QueryFile = PreparedData.Ensure(search.QueryFile, search.QueryLimit, directory),
                Limit = null,
            },
        };
    }

    private static float[][] ReadQueries(string path)
    {
        using var source = VectorFile.Open(path);
        float[][] queries = source.ReadRows();
        return queries.Length > 0 ? queries : throw new IOException($"{path}: expected queries, found none");
    }

    private async Task<List<ResultLine>> MeasureAsync(List<IContestant> contestants, CancellationToken cancellationToken)
    {
        var lines = new List<ResultLine>();
        foreach (var contestant in contestants)
        {
            await Console.Error.WriteLineAsync($"{contestant.Name} builds …");
            lines.AddRange(await contestant.BuildAsync(cancellationToken));
        }

        for (int round = 1; round <= settings.Rounds; round++)
        {
            foreach (var turn in contestants.SelectMany(contestant => contestant.Turns))
            {
                await Console.Error.WriteLineAsync($"round {round} of {settings.Rounds}: {turn.Engine} searches …");
                lines.AddRange(await turn.SearchAsync(cancellationToken));
            }
        }

        return lines;
    }

    private void Report(Comparison comparison, List<ResultLine> lines)
    {
        ComparisonReport.Print(comparison, lines);
        if (settings.Search.JsonFile is { } json)
            ResultFile.Write(json, [.. lines, .. comparison.Ratios]);
        if (settings.Search.SvgFile is { } svg)
        {
            var run = lines.OfType<RunLine>().Last();
            ComparisonReport.Draw(comparison, $"{run.Base}, {run.Rows:n0} × {run.Dimension}, {run.Metric}, one search thread", svg);
        }

        Console.WriteLine(comparison.Summary(settings.Peers[0]));
    }
}
