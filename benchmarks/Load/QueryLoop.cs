using System.Diagnostics;

namespace VectorStore.Benchmarks.Load;

/// <summary>Asks all queries once, over some callers, each with one call under way at a time.</summary>
internal static class QueryLoop
{
    /// <param name="count">Queries.</param>
    /// <param name="callers">Callers side by side; query i belongs to caller i modulo their number.</param>
    /// <param name="search">Searches query i as caller c and returns the ids found.</param>
    public static async Task<QueryLoopResult> RunAsync(int count, int callers, Func<int, int, Task<ulong[]>> search)
    {
        var answers = new ulong[count][];
        var micros = new double[count];
        long started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (int query = caller; query < count; query += callers)
            {
                long before = Stopwatch.GetTimestamp();
                answers[query] = await search(caller, query);
                micros[query] = Stopwatch.GetElapsedTime(before).TotalMicroseconds;
            }
        })));
        var elapsed = Stopwatch.GetElapsedTime(started);
        Array.Sort(micros);
        return new QueryLoopResult(answers, count / elapsed.TotalSeconds, micros[count / 2], micros[count * 99 / 100]);
    }
}
