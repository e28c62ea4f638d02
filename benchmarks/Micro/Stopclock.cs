using System.Diagnostics;

namespace VectorStore.Benchmarks.Micro;

/// <summary>Measures an action: the median of many rounds, after it has been compiled for good.</summary>
/// <param name="quick">One short round, to see that it runs.</param>
internal sealed class Stopclock(bool quick)
{
    private const int Rounds = 31;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromMilliseconds(2500);
    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(15);

    public Timing Measure(Action action)
    {
        if (quick)
            return MeasureRound(action, 10);

        // Dynamic optimisation needs many calls and some time in the background.
        var warmUp = Stopwatch.StartNew();
        int calls = 0;
        while (warmUp.Elapsed < s_warmUp || calls < 200)
        {
            action();
            calls++;
        }

        int perRound = Math.Max(1, (int)(calls * (s_round / warmUp.Elapsed)));
        var rounds = new Timing[Rounds];
        for (int round = 0; round < Rounds; round++)
            rounds[round] = MeasureRound(action, perRound);

        Array.Sort(rounds, (left, right) => left.Nanoseconds.CompareTo(right.Nanoseconds));
        return rounds[Rounds / 2];
    }

    private static Timing MeasureRound(Action action, int calls)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        for (int call = 0; call < calls; call++)
            action();

        double nanoseconds = watch.Elapsed.TotalNanoseconds;
        return new Timing(nanoseconds / calls, (GC.GetAllocatedBytesForCurrentThread() - allocated) / calls);
    }
}
