using VectorStore.Datasets;
using VectorStore.Engine;

namespace VectorStore.Benchmarks.Search.Truths;

/// <summary>Which rows are right answers to each query: the k nearest, and all that are as near as the last of them.</summary>
/// <remarks>Rows equally far away are equally right, so that an engine is not judged by the order in which it breaks ties.</remarks>
internal sealed class Truth
{
    // Equal vectors have equal sums, but float32 sums of different vectors that are equally far away may differ in the last digits.
    private const float Tolerance = 1e-6f;

    // Neighbours looked at beyond the k-th at first. Enough where few are tied; more are asked for otherwise.
    private const int TiesExpected = 90;

    private readonly int[][] _accepted;

    /// <param name="k">Answers that count per query.</param>
    /// <param name="accepted">Per query, right rows in ascending order; at least k unless there are fewer.</param>
    public Truth(int k, int[][] accepted)
    {
        K = k;
        _accepted = accepted;
    }

    /// <summary>Answers that count per query; where the base has fewer rows, all of them.</summary>
    public int K { get; }

    /// <summary>Per query, right rows in ascending order.</summary>
    public IReadOnlyList<int[]> Accepted => _accepted;

    /// <summary>Measures every row of the base against every query.</summary>
    /// <param name="open">Opens the base; called again where a first pass did not reach the end of a run of ties.</param>
    /// <param name="queries">Each of the base's dimension.</param>
    /// <param name="metric">How near is measured.</param>
    /// <param name="k">Neighbours per query, from 1.</param>
    /// <param name="cancellationToken">Checked once per block of rows.</param>
    public static Truth Compute(Func<IVectorSource> open, float[][] queries, Metric metric, int k, CancellationToken cancellationToken)
    {
        for (int depth = k + TiesExpected; ; depth *= 8)
        {
            using var source = open();
            var nearest = ExactSearch.Find(source, queries, metric, depth, cancellationToken: cancellationToken);
            int kept = (int)Math.Min(depth, nearest.RowCount);
            int counted = Math.Min(k, kept);
            int[][] accepted = new int[queries.Length][];
            bool complete = true;
            for (int query = 0; query < queries.Length; query++)
            {
                int right = CountAccepted(nearest.Distances[query], counted, metric);
                accepted[query] = [.. nearest.Rows[query].Take(right).Select(row => (int)row).Order()];
                complete &= right < kept || kept == nearest.RowCount;
            }

            if (complete)
                return new Truth(counted, accepted);
        }
    }

    /// <summary>How many of the answers are right; the same answer twice counts once.</summary>
    public int CountRight(int query, ReadOnlySpan<ulong> answers)
    {
        int right = 0;
        for (int i = 0; i < answers.Length; i++)
        {
            if (answers[i] <= int.MaxValue && !answers[..i].Contains(answers[i]) && Array.BinarySearch(_accepted[query], (int)answers[i]) >= 0)
                right++;
        }

        return Math.Min(right, K);
    }

    private static int CountAccepted(float[] distances, int k, Metric metric)
    {
        if (k == 0)
            return 0;

        float last = distances[k - 1];
        float limit = last + (Tolerance * (metric == Metric.Cosine ? 1 : Math.Abs(last)));
        int count = k;
        while (count < distances.Length && distances[count] <= limit)
            count++;

        return count;
    }
}
