using VectorStore.Benchmarks.Search.Truths;
using VectorStore.Benchmarks.Tests.Support;
using VectorStore.Datasets;
using VectorStore.Engine;

namespace VectorStore.Benchmarks.Tests.Search;

public sealed class TruthTests
{
    // Distances from 0: 1, 2, 2, 2, 3.
    private static readonly float[][] s_rows = [[2], [1], [-2], [3], [2]];

    [Fact]
    public void Compute_RowsTiedWithTheLast_AreAllRight()
    {
        var truth = Compute(s_rows, k: 2);
        Assert.Equal([0, 1, 2, 4], truth.Accepted[0]);
        Assert.Equal(2, truth.CountRight(0, [4, 1]));
        Assert.Equal(2, truth.CountRight(0, [0, 2]));
        Assert.Equal(1, truth.CountRight(0, [3, 1]));
    }

    [Fact]
    public void CountRight_TheSameAnswerTwice_CountsOnce() => Assert.Equal(1, Compute(s_rows, k: 2).CountRight(0, [1, 1]));

    [Fact]
    public void CountRight_MoreRightAnswersThanWanted_CountsThoseWanted() => Assert.Equal(2, Compute(s_rows, k: 2).CountRight(0, [0, 1, 2, 4]));

    [Fact]
    public void Compute_FewerRowsThanWanted_WantsThose()
    {
        var truth = Compute(s_rows, k: 10);
        Assert.Equal(5, truth.K);
        Assert.Equal([0, 1, 2, 3, 4], truth.Accepted[0]);
    }

    [Fact]
    public void Compute_LongRunOfTies_IsFollowedToItsEnd()
    {
        // Far more equal rows than a first pass keeps.
        float[][] rows = [.. Enumerable.Range(0, 1_000).Select(row => new float[] { row < 900 ? 1 : 2 })];
        Assert.Equal(Enumerable.Range(0, 900), Compute(rows, k: 2).Accepted[0]);
    }

    [Fact]
    public void TruthFile_Written_IsReadBack()
    {
        using var directory = new TempDirectory();
        string path = directory.File("a.truth");
        TruthFile.Write(path, new Truth(2, [[1, 5], [0, 2, 3]]));
        var truth = TruthFile.Read(path);
        Assert.Equal(2, truth.K);
        Assert.Equal([[1, 5], [0, 2, 3]], truth.Accepted);
    }

    [Fact]
    public void TruthFile_CutShort_IsRefused()
    {
        using var directory = new TempDirectory();
        string path = directory.File("a.truth");
        TruthFile.Write(path, new Truth(2, [[1, 5], [0, 2, 3]]));
        byte[] bytes = File.ReadAllBytes(path);
        for (int length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Throws<IOException>(() => TruthFile.Read(path));
        }
    }

    private static Truth Compute(float[][] rows, int k) =>
        Truth.Compute(() => new MemoryVectorSource(1, rows), [[0]], Metric.Euclidean, k, CancellationToken.None);
}
