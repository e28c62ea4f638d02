using System.Diagnostics;
using VectorStore.Benchmarks.Search.Results;
using VectorStore.Benchmarks.Search.Truths;

namespace VectorStore.Benchmarks.Search.Sweeping;

/// <summary>Measures recall and throughput for one width of the beam after another. The drivers of the peers go about it in the same way.</summary>
/// <remarks>
/// Per width one pass over the queries for recall, and timed ones of which the best counts: what disturbs a pass only makes it slower. The timed passes of one width are not
/// made in a row but a whole sweep apart, so that a disturbance of some seconds spoils one of them at most.
/// </remarks>
internal sealed class Sweep(string engine, ISearcher searcher, Truth truth, SweepSettings settings)
{
    /// <summary>One search thread, all widths until recall is enough.</summary>
    public List<PointLine> RunOneThread()
    {
        WarmUp();
        var measured = new List<(int Ef, double Recall, List<TimedPass> Passes)>();
        foreach (int ef in settings.Efs)
        {
            searcher.Prepare(ef);
            double recall = MeasureRecall();
            measured.Add((ef, recall, [TimePass()]));
            if (recall >= settings.RecallEnough)
                break;
        }

        for (int pass = 1; pass < SweepSettings.Passes; pass++)
        {
            foreach (var (ef, _, passes) in measured)
            {
                searcher.Prepare(ef);
                passes.Add(TimePass());
            }
        }

        return [.. measured.Select(one => ToPoint(one.Ef, one.Recall, one.Passes))];
    }

    /// <summary>Several threads, at widths that were measured with one already.</summary>
    public IEnumerable<PointLine> RunThreads(int threads, IEnumerable<PointLine> points)
    {
        foreach (var point in points)
        {
            searcher.Prepare(point.Ef);
            double[] rates = [.. Enumerable.Range(0, SweepSettings.Passes).Select(_ => TimeThreads(threads)).Order()];
            yield return new PointLine(engine, threads, point.Ef, point.Recall, rates[^1], rates[rates.Length / 2], 0, 0, 0);
        }
    }

    private PointLine ToPoint(int ef, double recall, List<TimedPass> passes)
    {
        passes.Sort((left, right) => left.Qps.CompareTo(right.Qps));
        var best = passes[^1];
        return new PointLine(engine, 1, ef, recall, best.Qps, passes[passes.Count / 2].Qps, best.P50Micros, best.P95Micros, best.P99Micros);
    }

    private void WarmUp()
    {
        Span<ulong> ids = stackalloc ulong[settings.K];
        searcher.Prepare(settings.Efs[settings.Efs.Count / 2]);
        long started = Stopwatch.GetTimestamp();
        for (int query = 0; Stopwatch.GetElapsedTime(started).TotalSeconds < settings.WarmUpSeconds; query = (query + 1) % searcher.QueryCount)
            searcher.Search(query, ids);
    }

    private double MeasureRecall()
    {
        Span<ulong> ids = stackalloc ulong[settings.K];
        long right = 0;
        for (int query = 0; query < searcher.QueryCount; query++)
        {
            int count = searcher.Search(query, ids);
            right += truth.CountRight(query, ids[..count]);
        }

        return (double)right / ((long)searcher.QueryCount * truth.K);
    }

    private TimedPass TimePass()
    {
        Span<ulong> ids = stackalloc ulong[settings.K];
        var micros = new List<double>(searcher.QueryCount);
        long started = Stopwatch.GetTimestamp();
        long before = started;
        do
        {
            for (int query = 0; query < searcher.QueryCount; query++)
            {
                searcher.Search(query, ids);
                long after = Stopwatch.GetTimestamp();
                micros.Add(Stopwatch.GetElapsedTime(before, after).TotalMicroseconds);
                before = after;
            }
        }
        while (Stopwatch.GetElapsedTime(started, before).TotalSeconds < settings.PassSeconds);

        double seconds = Stopwatch.GetElapsedTime(started, before).TotalSeconds;
        micros.Sort();
        return new TimedPass(micros.Count / seconds, Quantile(micros, 0.5), Quantile(micros, 0.95), Quantile(micros, 0.99));
    }

    /// <summary>All threads go through all queries, each from another one on, until the pass is over; each counts what it did in its own time.</summary>
    private double TimeThreads(int threads)
    {
        double[] rates = new double[threads];
        using var start = new Barrier(threads);
        Thread[] workers = [.. Enumerable.Range(0, threads).Select(number => new Thread(() =>
        {
            Span<ulong> ids = stackalloc ulong[settings.K];
            int query = (int)((long)number * searcher.QueryCount / threads);
            int count = 0;
            start.SignalAndWait();
            long started = Stopwatch.GetTimestamp();
            do
            {
                for (int i = 0; i < searcher.QueryCount; i++)
                {
                    searcher.Search(query, ids);
                    query = (query + 1) % searcher.QueryCount;
                }

                count += searcher.QueryCount;
            }
            while (Stopwatch.GetElapsedTime(started).TotalSeconds < settings.PassSeconds);

            rates[number] = count / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }))];
        foreach (var worker in workers)
            worker.Start();
        foreach (var worker in workers)
            worker.Join();

        return rates.Sum();
    }

    private static double Quantile(List<double> sorted, double share) => sorted[Math.Min((int)(sorted.Count * share), sorted.Count - 1)];
}
