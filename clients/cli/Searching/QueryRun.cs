using VectorStore.Cli.Client;
using VectorStore.Engine;

namespace VectorStore.Cli.Searching;

/// <summary>Many queries, one after another or by several threads, with the time each took.</summary>
/// <param name="Answers">Per query, in the order of the queries.</param>
/// <param name="Seconds">From the first query to the last answer.</param>
/// <param name="Latencies">Per query.</param>
internal sealed record QueryRun(IReadOnlyList<ScoredPoint>[] Answers, double Seconds, LatencySummary Latencies)
{
    // So that what is measured is searching, not the compiling of the search.
    private const int WarmUpQueries = 100;

    public double QueriesPerSecond => Answers.Length / Math.Max(Seconds, 1e-9);

    public static async Task<QueryRun> RunAsync(
        IVectorStoreClient client, SearchOptions options, float[][] queries, int threads, TimeProvider time, CancellationToken cancellationToken)
    {
        var answers = new IReadOnlyList<ScoredPoint>[queries.Length];
        double[] latenciesMs = new double[queries.Length];
        await RunAllAsync(Math.Min(WarmUpQueries, queries.Length));
        long start = time.GetTimestamp();
        await RunAllAsync(queries.Length);
        return new QueryRun(answers, time.GetElapsedTime(start).TotalSeconds, new LatencySummary(latenciesMs));

        async Task RunAllAsync(int count)
        {
            int next = -1;
            await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(RunThreadAsync, cancellationToken)));

            async Task RunThreadAsync()
            {
                for (int query = Interlocked.Increment(ref next); query < count; query = Interlocked.Increment(ref next))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    long queryStart = time.GetTimestamp();
                    answers[query] = await client.SearchAsync(options.Collection, options.ToRequest(queries[query]), cancellationToken);
                    latenciesMs[query] = time.GetElapsedTime(queryStart).TotalMilliseconds;
                }
            }
        }
    }
}
