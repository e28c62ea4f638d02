using VectorStore.Benchmarks.Compare;
using VectorStore.Benchmarks.Search.Results;

namespace VectorStore.Benchmarks.Tests.Compare;

public sealed class ComparisonTests
{
    private static readonly ResultLine[] s_lines =
    [
        new BuildLine("vectorstore", 2, IndexSeconds: 2, TotalSeconds: 4),
        new BuildLine("peer", 2, IndexSeconds: 8, TotalSeconds: 8),
        Point("vectorstore", 10, 0.95, 1800),
        Point("vectorstore", 20, 0.99, 600),
        Point("peer", 10, 0.95, 900),
        Point("peer", 20, 0.99, 100),
        Point("peer-hugepages", 10, 0.95, 500),
        Point("peer-hugepages", 20, 0.99, 300),
        Point("peers", 10, 0.999, 1_000_000),
        new MemoryLine("vectorstore", 250, 300, 4_000),
        new MemoryLine("peer", 1_000, 1_100, 0),

        // A second round: better here, worse there.
        Point("vectorstore", 10, 0.95, 1500),
        Point("vectorstore", 20, 0.99, 900),
        Point("vectorstore", 40, 0.9995, 50) with { Threads = 2 },
    ];

    [Fact]
    public void Summary_OfTwoRounds_TakesTheBestOfEachPointAndTheBetterOfThePeersWays() =>
        Assert.Equal("ratio@0.95=2.00 ratio@0.99=3.00 ratio@0.999=n/a build=4.00 ram=0.250", new Comparison(s_lines, ["peer"]).Summary("peer"));

    [Fact]
    public void Ratios_PerPeer_SayBothFigures()
    {
        var ratios = new Comparison(s_lines, ["peer"]).Ratios;
        Assert.Equal(new RatioLine("peer", "qps@0.99", 900, 300, 3), ratios.Single(line => line.What == "qps@0.99"));
        Assert.Equal(new RatioLine("peer", "build-total", 4, 8, 2), ratios.Single(line => line.What == "build-total"));
        Assert.Equal(new RatioLine("peer", "qps@0.999", null, null, null), ratios.Single(line => line.What == "qps@0.999"));
    }

    [Fact]
    public void Points_OfSeveralRounds_AreTheBestOfEachWidth()
    {
        var points = new Comparison(s_lines, ["peer"]).Points.Where(point => point.Engine == "vectorstore");
        Assert.Equal([(10, 1800.0), (20, 900.0)], points.Select(point => (point.Ef, point.Qps)));
    }

    private static PointLine Point(string engine, int ef, double recall, double qps) => new(engine, 1, ef, recall, qps, qps, 1, 2, 3);
}
