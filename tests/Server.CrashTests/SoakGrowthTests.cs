namespace VectorStore.Server.CrashTests;

/// <summary>The judge of a soak: it lets noise pass, and sees what leaks slowly in noise.</summary>
public sealed class SoakGrowthTests
{
    private const int Count = 60;
    private const double Mebi = 1 << 20;

    // Half an hour, with a garbage collector that gives back now and then: up and down by 24 MiB.
    private static double Saw(Random random, int index) => 180 + (index % 9 * 2) + (random.NextDouble() * 8);

    [Fact]
    public void WhatGoesUpAndDown_IsNoGrowth()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            Assert.Empty(Find(index => (Saw(random, index), 30 + random.Next(5), 60 + random.Next(8), 20 + (index % 7 * 8))));
        }
    }

    [Fact]
    public void WarmingUp_AndOneStep_AreNoGrowth()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            Assert.Empty(Find(index => (Saw(random, index) - (90.0 * Math.Max(0, 20 - index) / 20), Math.Min(30, 10 + index), Math.Min(60, 20 + (2 * index)), Math.Min(40, 2 * index))));
            Assert.Empty(Find(index => (Saw(random, index), index < 55 ? 30 : 34, index < 55 ? 60 : 70, index < 55 ? 20 : 60)));
        }
    }

    [Fact]
    public void WhatLeaks_IsFound_InAllNoise()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);

            // A good mebibyte a minute, a thread every three minutes, a file every two, two mebibytes of disk a minute.
            var growth = Find(index => (Saw(random, index) + (index * 0.5 * 1.2), 30 + random.Next(3) + (index / 5), 60 + random.Next(3) + (index / 4), 20 + (index % 7 * 2) + index));
            Assert.Equal(["memory", "threads", "open files", "disk"], growth.Select(line => line[..line.IndexOf(" grow", StringComparison.Ordinal)]));
        }
    }

    private static List<string> Find(Func<int, (double MemoryMebi, long Threads, long OpenFiles, double DiskMebi)> value) =>
        SoakGrowth.Find([.. Enumerable.Range(0, Count).Select(index =>
        {
            var (memory, threads, files, disk) = value(index);
            return new SoakSample(TimeSpan.FromSeconds(30 * index), (long)(memory * Mebi), threads, files, (long)(disk * Mebi));
        })]);
}
