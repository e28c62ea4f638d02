using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;
using static VectorStore.Engine.Tests.Segments.TestVectors;

namespace VectorStore.Engine.Tests.Segments;

public sealed class GrowingIndexThreadingTests
{
    /// <summary>One thread appends, three index, two search: a search for a vector that was appended before it began always finds it.</summary>
    [Fact]
    public void Search_BesideAppendingAndIndexing_FindsWhatWasThere()
    {
        const int Count = 8_000;
        var config = Config(24, Metric.Euclidean, fullScanThreshold: 200);
        float[][] vectors = Clustered(Count, 24, seed: 31);
        using var index = GrowingIndex.Create(config, Count);
        var mistakes = new List<string>();
        long found = 0;
        long asked = 0;
        bool done = false;

        var appender = new Thread(() =>
        {
            for (uint i = 0; i < Count; i++)
            {
                index.Append(new PointOffset(i), vectors[i]);
                if (i % 64 == 0)
                    Thread.Yield();
            }
        });
        var indexers = Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            while (index.IndexedCount < Count)
            {
                if (!index.IndexNext(index.Count, CancellationToken.None))
                    Thread.Yield();
            }
        })).ToList();
        var searchers = Enumerable.Range(0, 2).Select(seed => new Thread(() =>
        {
            var random = new Random(seed);
            while (!Volatile.Read(ref done))
            {
                uint visible = index.Count;
                if (visible == 0)
                    continue;

                // Often a row around the place where indexing is going on.
                uint target = random.Next(3) == 0
                    ? (uint)random.Next((int)visible)
                    : (uint)Math.Clamp((int)index.IndexedCount + random.Next(-100, 100), 0, (int)visible - 1);
                var results = Search(index, vectors[target], default(AcceptAll), 10, visibleCount: visible);
                Interlocked.Increment(ref asked);
                if (results.Length > 0 && results[0].Distance == 0)
                    Interlocked.Increment(ref found);
                lock (mistakes)
                {
                    if (results.Length != Math.Min(10, visible))
                        mistakes.Add($"{results.Length} results of {visible} rows");
                    if (results.Any(point => point.Offset.Value >= visible))
                        mistakes.Add("a row newer than the view");
                    if (results.DistinctBy(point => point.Offset).Count() != results.Length)
                        mistakes.Add("a row twice");
                }
            }
        })).ToList();

        appender.Start();
        indexers.ForEach(thread => thread.Start());
        searchers.ForEach(thread => thread.Start());
        appender.Join();
        indexers.ForEach(thread => thread.Join());
        Volatile.Write(ref done, true);
        searchers.ForEach(thread => thread.Join());

        Assert.Empty(mistakes);
        Assert.Equal((uint)Count, index.IndexedCount);
        Assert.True(found >= asked * 0.995, $"{found} of {asked} searches found the very vector they asked for");
        double recall = vectors[..100].Average(query => Recall(Search(index, query, default(AcceptAll), 10), Nearest(vectors, config, query, 10, _ => true)));
        Assert.True(recall >= 0.99, $"recall@10 is {recall:F4}");
    }

    [Fact]
    public void IndexNext_ByOneThread_GivesTheSameGraphEveryTime()
    {
        var config = Config(12, Metric.Manhattan);
        float[][] vectors = Clustered(1_500, 12, seed: 32);
        using var first = Fill(config, vectors);
        using var second = Fill(config, vectors);
        IndexAll(first, threads: 1);
        IndexAll(second, threads: 1);
        foreach (float[] query in Clustered(50, 12, seed: 33))
            Assert.Equal(Search(first, query, default(AcceptAll), 10, ef: 10), Search(second, query, default(AcceptAll), 10, ef: 10));
    }
}
