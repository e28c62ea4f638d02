using VectorStore.Engine.Distance;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Quantization;

namespace VectorStore.Engine.Simulation;

/// <summary>Measures every row of a code table against a query, and finds nearest rows so.</summary>
internal static class CodeScan
{
    /// <summary>The estimated distance of every row, in the metric's own unit.</summary>
    public static float[] Distances(CodeTable table, float[] query)
    {
        using var prepared = new NativeArena(table.QueryBytes);
        prepared.EnsureCommitted(table.QueryBytes);
        return Distances(table, query, prepared);
    }

    /// <summary>The true distances of every row from every query.</summary>
    public static float[][] Exact(Metric metric, float[][] vectors, float[][] queries)
    {
        float[][] exact = new float[queries.Length][];
        Parallel.For(0, queries.Length, index => exact[index] = [.. vectors.Select(vector => (float)Exact(metric, vector, queries[index]))]);
        return exact;
    }

    /// <summary>Mean recall@k of scans by code whose best are measured again exactly.</summary>
    /// <param name="table">The codes, of the vectors as they come.</param>
    /// <param name="queries">As stored.</param>
    /// <param name="exact">The true distances.</param>
    /// <param name="k">How many are wanted.</param>
    /// <param name="oversampling">How many times as many are measured again.</param>
    public static double Recall(CodeTable table, float[][] queries, float[][] exact, int k, double oversampling)
    {
        int candidates = (int)Math.Ceiling(k * oversampling);
        int found = 0;
        Parallel.For(0, queries.Length, index =>
        {
            float[] truth = [.. exact[index]];
            Array.Sort(truth);
            float worst = truth[k - 1];
            float[] estimates = Distances(table, queries[index]);
            int[] rows = [.. Enumerable.Range(0, estimates.Length)];
            Array.Sort(estimates, rows);

            // What is as near as the last true neighbour is as good as it.
            Interlocked.Add(ref found, Math.Min(k, rows.Take(candidates).Count(row => exact[index][row] <= worst)));
        });
        return found / (queries.Length * (double)k);
    }

    /// <summary>The metric's internal distance, in double precision.</summary>
    public static double Exact(Metric metric, float[] vector, float[] query)
    {
        double sum = 0;
        for (int i = 0; i < vector.Length; i++)
        {
            double difference = (double)vector[i] - query[i];
            sum += metric switch
            {
                Metric.Euclidean => difference * difference,
                Metric.Manhattan => Math.Abs(difference),
                _ => -(double)vector[i] * query[i],
            };
        }

        return sum;
    }

    private static float[] Distances(CodeTable table, float[] query, NativeArena prepared)
    {
        var scan = new ScanAction(new float[table.Count]);
        table.Score(query, prepared, ref scan);
        return scan.Distances;
    }

    private readonly struct ScanAction(float[] distances) : IScorerAction
    {
        public float[] Distances => distances;

        public void Run<TScorer>(TScorer scorer, EstimateScale scale)
            where TScorer : struct, IPointScorer
        {
            for (uint row = 0; row < distances.Length; row++)
            {
                scorer.Prefetch(new PointOffset(row));
                distances[row] = scale.ToDistance(scorer.Distance(new PointOffset(row)));
            }
        }
    }
}
