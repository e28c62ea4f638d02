using VectorStore.Cli.Tests.Support;
using VectorStore.Datasets;
using VectorStore.Engine;

namespace VectorStore.Cli.Tests.Datasets;

public sealed class ExactSearchTests
{
    public static TheoryData<Metric, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<Metric, int, int>();
            foreach (var metric in Enum.GetValues<Metric>())
            {
                foreach (int dimension in (int[])[1, 2, 7, 8, 9, 31, 100])
                    cases.Add(metric, dimension, 203);
            }

            cases.Add(Metric.Euclidean, 784, 6_000);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Find_AgainstNaive_GivesTheSameDistancesInOrder(Metric metric, int dimension, int count)
    {
        float[][] rows = Files.Rows(count, dimension);
        float[][] queries = Files.Rows(5, dimension, seed: 9);
        var found = ExactSearch.Find(new MemoryVectorSource(dimension, rows), queries, metric, limit: 10, threads: 2);

        Assert.Equal(count, found.RowCount);
        for (int query = 0; query < queries.Length; query++)
        {
            double[] expected = [.. rows.Select(row => Naive.Distance(metric, queries[query], row)).Order().Take(10)];
            Assert.Equal(10, found.Rows[query].Distinct().Count());
            for (int i = 0; i < 10; i++)
            {
                Assert.Equal(expected[i], found.Distances[query][i], 1e-4);
                Assert.Equal(expected[i], Naive.Distance(metric, queries[query], rows[found.Rows[query][i]]), 1e-4);
            }
        }
    }

    [Fact]
    public void Find_WithFewerRowsThanAsked_GivesAll()
    {
        var found = ExactSearch.Find(new MemoryVectorSource(2, [[3, 0], [1, 0]]), [[0, 0]], Metric.Manhattan, limit: 10);
        Assert.Equal([1L, 0L], found.Rows[0]);
        Assert.Equal([1f, 3f], found.Distances[0]);
    }

    [Fact]
    public void Find_WithRowsEquallyFar_PrefersTheLowerRow()
    {
        float[][] rows = [.. Enumerable.Repeat((float[])[1, 1], 50)];
        var found = ExactSearch.Find(new MemoryVectorSource(2, rows), [[0, 0]], Metric.Euclidean, limit: 3);
        Assert.Equal([0L, 1L, 2L], found.Rows[0]);
    }

    [Fact]
    public void Find_WatchedRows_HaveTheirDistancesWhereverTheyAre()
    {
        float[][] rows = Files.Rows(3_000, 784);
        float[][] queries = Files.Rows(2, 784, seed: 5);
        long[][] watched = [[2_999, 0, 17, 99_999, -1], []];
        var found = ExactSearch.Find(new MemoryVectorSource(784, rows), queries, Metric.Euclidean, limit: 1, watched);

        float[] distances = found.WatchedDistances![0];
        Assert.Equal(Naive.Distance(Metric.Euclidean, queries[0], rows[2_999]), distances[0], 1e-3);
        Assert.Equal(Naive.Distance(Metric.Euclidean, queries[0], rows[0]), distances[1], 1e-3);
        Assert.Equal(Naive.Distance(Metric.Euclidean, queries[0], rows[17]), distances[2], 1e-3);
        Assert.True(float.IsNaN(distances[3]) && float.IsNaN(distances[4]));
        Assert.Empty(found.WatchedDistances[1]);
    }

    [Fact]
    public void Find_QueryOfAnotherDimension_IsRefusedWithBothNumbers()
    {
        var error = Assert.Throws<ArgumentException>(() => ExactSearch.Find(new MemoryVectorSource(2, []), [[1, 2, 3]], Metric.Dot, 1));
        Assert.Contains("expected queries of dimension 2, got 3", error.Message);
    }

    [Fact]
    public void RecallCount_AnswerAsFarAsTheLastTrueNeighbour_IsRight() =>
        Assert.Equal(2, RecallCount.Count([1, 2.00000001f, 2.1f, float.NaN], [1, 2], Metric.Euclidean));

    [Fact]
    public void RecallCount_AgainstALongerList_CountsOnlyTheFirst() => Assert.Equal(1, RecallCount.Count([4, 7, 9], (int[])[4, 5, 9], limit: 2));
}
