using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;
using static VectorStore.Engine.Tests.Segments.TestVectors;

namespace VectorStore.Engine.Tests.Segments;

public sealed class GrowingIndexSearchTests
{
    private static readonly Metric[] s_metrics = [Metric.Cosine, Metric.Dot, Metric.Euclidean, Metric.Manhattan];

    [Theory]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclidean)]
    [InlineData(Metric.Manhattan)]
    public void Search_ByScanning_EqualsTheDefinitionExactly(Metric metric)
    {
        foreach (int dimension in new[] { 1, 2, 3, 17, 100 })
        {
            var config = Config(dimension, metric, fullScanThreshold: 10_000);
            float[]?[] vectors = Whole(700, dimension, seed: dimension);
            for (int i = 0; i < vectors.Length; i += 7)
                vectors[i] = null;

            using var index = Fill(config, vectors);
            bool[] accepted = [.. Enumerable.Range(0, vectors.Length).Select(i => i % 3 != 0)];
            foreach (float[] query in Whole(20, dimension, seed: 1_000 + dimension))
            {
                foreach (int wanted in new[] { 0, 1, 10, 1_000 })
                {
                    var expected = Nearest(vectors, config, query, wanted, i => accepted[i]).Select(point => (point.Offset, (float)point.Distance));
                    var found = Search(index, query, new FilterBySet(accepted), wanted).Select(point => (point.Offset.Value, point.Distance));
                    Assert.Equal(expected, found);
                }
            }
        }
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclidean)]
    [InlineData(Metric.Manhattan)]
    public void Recall_OfTheGraph_StaysAboveItsFloor(Metric metric)
    {
        const int Count = 6_000;
        var config = Config(32, metric);
        float[][] vectors = Clustered(Count + 50, 32, seed: 11);
        using var index = Fill(config, vectors[..Count]);
        IndexAll(index);
        Assert.Equal((uint)Count, index.IndexedCount);

        double recall = vectors[Count..].Average(
            query => Recall(Search(index, Prepare(query, config), default(AcceptAll), 10), Nearest(vectors[..Count], config, query, 10, _ => true)));
        Assert.True(recall >= (metric == Metric.Dot ? 0.97 : 0.99), $"{metric}: recall@10 is {recall:F4}");
    }

    /// <summary>Points that are deleted or filtered out must not thin out the answers, whatever their share.</summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(50, false)]
    [InlineData(90, false)]
    [InlineData(99, false)]
    [InlineData(100, false)]
    [InlineData(50, true)]
    [InlineData(99, true)]
    public void Recall_WithRejectedPoints_StaysAboveItsFloor(int rejectedPercent, bool nearQueries)
    {
        const int Count = 6_000;
        var config = Config(32, Metric.Euclidean);
        float[][] vectors = Clustered(Count + 50, 32, seed: 12);
        using var index = Fill(config, vectors[..Count]);
        IndexAll(index);
        var random = new Random(13);
        foreach (float[] query in vectors[Count..])
        {
            // Either points at random are rejected, or just those nearest to the query.
            bool[] accepted = new bool[Count];
            if (nearQueries)
            {
                foreach (var (offset, _) in Nearest(vectors[..Count], config, query, Count, _ => true).Skip(Count * rejectedPercent / 100))
                    accepted[offset] = true;
            }
            else
            {
                for (int i = 0; i < Count; i++)
                    accepted[i] = random.Next(100) >= rejectedPercent;
            }

            var nearest = Nearest(vectors[..Count], config, query, 10, i => accepted[i]);
            var found = Search(index, query, new FilterBySet(accepted), 10);
            Assert.All(found, point => Assert.True(accepted[point.Offset.Value]));
            Assert.Equal(nearest.Length, found.Length);
            Assert.True(Recall(found, nearest) >= 0.9, $"recall@10 of one query is {Recall(found, nearest):F2}");
        }
    }

    [Fact]
    public void Search_WithATailThatIsNotIndexed_FindsTheTailToo()
    {
        foreach (var metric in s_metrics)
        {
            var config = Config(16, metric);
            float[][] vectors = Clustered(5_000, 16, seed: 14);
            using var index = Fill(config, vectors);
            while (index.IndexNext(4_000, CancellationToken.None))
            {
            }

            // Enough are indexed for a walk to pay, so that two sources are merged.
            Assert.Equal(4_000u, index.IndexedCount);
            double recall = Enumerable.Range(0, 100).Average(
                i => Recall(Search(index, Prepare(vectors[i * 50], config), default(AcceptAll), 10), Nearest(vectors, config, vectors[i * 50], 10, _ => true)));
            Assert.True(recall >= 0.98, $"{metric}: recall@10 is {recall:F4}");
        }
    }

    [Fact]
    public void Search_WithAnOlderView_ReturnsNothingNewer()
    {
        var config = Config(8, Metric.Euclidean);
        float[][] vectors = Clustered(3_000, 8, seed: 15);
        using var index = Fill(config, vectors);
        IndexAll(index);
        foreach (uint visible in new uint[] { 0, 1, 9, 1_000, 2_999, 3_000 })
        {
            foreach (float[] query in vectors[2_990..])
            {
                var found = Search(index, query, default(AcceptAll), 10, visibleCount: visible);
                Assert.All(found, point => Assert.True(point.Offset.Value < visible));
                Assert.Equal((int)Math.Min(10, visible), found.Length);
            }
        }
    }

    [Fact]
    public void Search_UpToTheThreshold_IsExactThoughThereIsAGraph()
    {
        var config = Config(4, Metric.Euclidean, fullScanThreshold: 1_000);
        float[][] vectors = Whole(1_001, 4, seed: 16);
        using var index = Fill(config, vectors);
        Assert.False(index.IndexNext(1_000, CancellationToken.None));
        Assert.Equal(0u, index.IndexedCount);
        IndexAll(index);
        Assert.Equal(1_001u, index.IndexedCount);
        foreach (float[] query in vectors[..50])
        {
            var expected = Nearest(vectors[..1_000], config, query, 50, _ => true).Select(point => point.Offset);
            Assert.Equal(expected, Search(index, query, default(AcceptAll), 50, ef: 50, visibleCount: 1_000).Select(point => point.Offset.Value));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(65_536)]
    public void Search_InTheSmallestAndLargestDimensions_FindsTheNearest(int dimension)
    {
        int count = dimension > 1_000 ? 60 : 2_000;
        foreach (var metric in s_metrics.Where(metric => dimension > 1 || metric is Metric.Euclidean or Metric.Manhattan))
        {
            var config = Config(dimension, metric);
            float[][] vectors = Clustered(count, dimension, seed: 17, clusters: 5);
            using var index = Fill(config, vectors);
            IndexAll(index);

            // A beam so narrow that the walk pays even among sixty.
            double recall = vectors[..20].Average(
                query => Recall(Search(index, Prepare(query, config), default(AcceptAll), 5, ef: 3), Nearest(vectors, config, query, 5, _ => true)));
            Assert.True(recall >= 0.8, $"{metric}: recall@5 is {recall:F4}");
        }
    }

    [Fact]
    public void Search_AmongEqualVectors_FindsAsManyAsWantedNewestFirst()
    {
        foreach (var metric in s_metrics)
        {
            const int Count = 5_000;
            var config = Config(20, metric);
            float[] one = [.. Enumerable.Range(1, 20).Select(i => i / 7f)];
            using var index = Fill(config, [.. Enumerable.Repeat(one, Count)]);
            IndexAll(index, threads: 1);
            var found = Search(index, Prepare(one, config), default(AcceptAll), 300);
            Assert.Equal(Enumerable.Range(0, 300).Select(i => (uint)(Count - 1 - i)), found.Select(point => point.Offset.Value));
        }
    }

    /// <summary>A third of all vectors is the same one, as blank inputs give it: the others must stay reachable, and the same ones too.</summary>
    [Fact]
    public void Recall_BesideACrowdOfEqualVectors_StaysAboveItsFloor()
    {
        foreach (var metric in s_metrics)
        {
            const int Count = 6_000;
            var config = Config(24, metric);
            float[][] vectors = Clustered(Count + 50, 24, seed: 18);
            float[] blank = vectors[0];
            for (int i = 0; i < Count; i += 3)
                vectors[i] = blank;

            using var index = Fill(config, vectors[..Count]);
            IndexAll(index);
            double recall = vectors[Count..].Average(
                query => Recall(Search(index, Prepare(query, config), default(AcceptAll), 10), Nearest(vectors[..Count], config, query, 10, _ => true)));
            Assert.True(recall >= 0.97, $"{metric}: recall@10 is {recall:F4}");

            // Under dot the nearest of a vector are longer ones, not its equals.
            if (metric != Metric.Dot)
                Assert.Equal(1, Recall(Search(index, Prepare(blank, config), default(AcceptAll), 100), Nearest(vectors[..Count], config, blank, 100, _ => true)));
        }
    }

    [Fact]
    public void Search_OfHugeVectors_GivesFiniteDistances()
    {
        foreach (var metric in s_metrics)
        {
            var random = new Random(19);
            var config = Config(10, metric);
            float[][] vectors = [.. Enumerable.Range(0, 2_500).Select(_ => Enumerable.Range(0, 10).Select(_ => (float)((random.NextDouble() - 0.5) * 6e38)).ToArray())];
            using var index = Fill(config, vectors);
            IndexAll(index);
            var found = Search(index, Prepare(vectors[0], config), default(AcceptAll), 50);
            Assert.Equal(50, found.Length);
            Assert.All(found, point => Assert.True(float.IsFinite(point.Distance)));
        }
    }

    [Fact]
    public void Search_OfAnIndexWithoutAnyVector_FindsNothing()
    {
        var config = Config(3, Metric.Cosine);
        using var empty = GrowingIndex.Create(config, 100);
        Assert.False(empty.IndexNext(0, CancellationToken.None));
        Assert.Empty(Search(empty, [1, 0, 0], default(AcceptAll), 5));

        using var absent = Fill(config, new float[]?[100]);
        IndexAll(absent);
        Assert.Equal(100u, absent.IndexedCount);
        Assert.Empty(Search(absent, [1, 0, 0], default(AcceptAll), 5));
    }

    [Fact]
    public void Search_WhenCancelled_StopsScanning()
    {
        using var index = Fill(Config(2, Metric.Dot, fullScanThreshold: 100_000), Whole(10_000, 2, seed: 20));
        var results = new ResultPool();
        results.Reset(5);
        Assert.ThrowsAny<OperationCanceledException>(
            () => index.Search([1, 0], default(AcceptAll), new IndexQuery(index.Count) { Ef = 100 }, results, cancellationToken: new CancellationToken(canceled: true)));
        Assert.ThrowsAny<OperationCanceledException>(() => index.IndexNext(index.Count, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Search_InSteadyState_DoesNotAllocate()
    {
        var config = Config(32, Metric.Cosine);
        float[][] vectors = Clustered(3_000, 32, seed: 21);
        using var index = Fill(config, vectors);
        IndexAll(index);
        bool[] accepted = [.. Enumerable.Range(0, vectors.Length).Select(i => i % 10 == 0)];
        float[][] queries = [.. vectors[..50].Select(vector => Prepare(vector, config))];
        var results = new ResultPool();
        long Run()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (float[] query in queries)
            {
                foreach (bool exact in new[] { false, true })
                {
                    results.Reset(10);
                    index.Search(query, default(AcceptAll), new IndexQuery(index.Count) { Ef = 100, Exact = exact }, results);
                    _ = results.Finish().Length;
                    results.Reset(10);
                    index.Search(query, new FilterBySet(accepted), new IndexQuery(index.Count) { Ef = 100, Exact = exact }, results);
                    _ = results.Finish().Length;
                }
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Run();

        // The test's own array of two flags, once per query. A collection that other tests bring about in the middle of a run is counted with what was left of the
        // thread's buffer; what a search allocates is in every run.
        Assert.InRange(Enumerable.Range(0, 5).Min(_ => Run()), 0, queries.Length * 32);
    }
}
