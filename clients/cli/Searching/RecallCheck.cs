using VectorStore.Datasets;
using VectorStore.Engine;

namespace VectorStore.Cli.Searching;

/// <summary>Compares answers with the truth: the share of true neighbours that were found.</summary>
internal static class RecallCheck
{
    /// <summary>Against exact neighbours computed from the file the collection was imported from: row n is the point with id n.</summary>
    public static double AgainstBase(
        IVectorSource source, float[][] queries, IReadOnlyList<ScoredPoint>[] answers, Metric metric, int limit, CancellationToken cancellationToken)
    {
        if (source.Dimension != queries[0].Length)
            throw CliException.BadInput($"--recall-base: expected dimension {queries[0].Length} as the queries have, found {source.Dimension} in {source.File}", "recall-base");

        long[][] rows = [.. answers.Select(Rows)];
        var truth = ExactSearch.Find(source, queries, metric, limit, watched: rows, cancellationToken: cancellationToken);
        long correct = 0;
        for (int query = 0; query < queries.Length; query++)
            correct += RecallCount.Count(truth.WatchedDistances![query], truth.Distances[query], metric);

        return Share(correct, truth.Rows.Sum(neighbours => (long)neighbours.Length));
    }

    /// <summary>Against shipped neighbour lists.</summary>
    public static double AgainstGroundTruth(string path, IReadOnlyList<ScoredPoint>[] answers, int limit)
    {
        int[][] truth = GroundTruth.Read(path, answers.Length);
        if (truth.Length < answers.Length)
            throw new DatasetFormatException(path, 0, $"expected neighbours of {answers.Length} queries, found {truth.Length}");

        if (truth.FirstOrDefault(row => row.Length < limit) is { } shortRow)
            throw new DatasetFormatException(path, 0, $"expected at least {limit} neighbours per query as --limit asks for, found {shortRow.Length}");

        long correct = answers.Zip(truth).Sum(pair => RecallCount.Count(Rows(pair.First), pair.Second, limit));
        return Share(correct, (long)answers.Length * limit);
    }

    /// <summary>Each id once; one that can be no row number becomes a row that does not exist.</summary>
    private static long[] Rows(IReadOnlyList<ScoredPoint> answers) =>
        [.. answers.Select(answer => answer.Id is { Kind: PointIdKind.Integer, Integer: <= long.MaxValue } ? (long)answer.Id.Integer : -1).Distinct()];

    private static double Share(long correct, long all) => all == 0 ? 1 : (double)correct / all;
}
