using VectorStore.Benchmarks.Search;
using VectorStore.Benchmarks.Search.Curves;
using VectorStore.Benchmarks.Search.Results;

namespace VectorStore.Benchmarks.Compare;

/// <summary>Everything that was measured, the best of each setting, and the ratios of ours to each peer.</summary>
internal sealed class Comparison
{
    private static readonly double[] s_recalls = [0.9, 0.95, 0.98, 0.99, 0.995, 0.999];

    private readonly List<ResultLine> _others;

    /// <param name="lines">All rounds of everybody.</param>
    /// <param name="peers">Names of the peers; what an engine's name begins with, followed by nothing or a dash, is one of the peer's ways to search.</param>
    public Comparison(IReadOnlyCollection<ResultLine> lines, IReadOnlyList<string> peers)
    {
        // What disturbs a measurement only makes it slower, so the best round is the nearest to the truth.
        Points = [.. lines.OfType<PointLine>().Where(point => point.Threads == 1).GroupBy(point => (point.Engine, point.Ef)).Select(group => group.MaxBy(point => point.Qps)!)];
        _others = [.. lines.Where(line => line is not PointLine)];
        Ratios = [.. peers.SelectMany(Compare)];
    }

    /// <summary>The best round of each engine and width.</summary>
    public IReadOnlyList<PointLine> Points { get; }

    /// <summary>Per peer: throughput at several recalls, build time, memory.</summary>
    public IReadOnlyList<RatioLine> Ratios { get; }

    /// <summary>The line that scripts read.</summary>
    public string Summary(string peer)
    {
        string Value(string what, string format) =>
            Ratios.Single(line => line.Engine == peer && line.What == what).Ratio is { } ratio ? ratio.ToString(format) : "n/a";

        return $"ratio@0.95={Value("qps@0.95", "f2")} ratio@0.99={Value("qps@0.99", "f2")} ratio@0.999={Value("qps@0.999", "f2")} build={Value("build", "f2")} ram={Value("ram", "f3")}";
    }

    private IEnumerable<RatioLine> Compare(string peer)
    {
        Curve[] ours = [.. Curves(engine => engine == SearchRun.EngineName)];
        Curve[] theirs = [.. Curves(engine => engine == peer || engine.StartsWith($"{peer}-", StringComparison.Ordinal))];
        foreach (double recall in s_recalls)
            yield return Ratio(peer, $"qps@{recall}", Curve.BestQpsAt(ours, recall), Curve.BestQpsAt(theirs, recall), ourShare: true);

        var ourBuild = Single<BuildLine>(SearchRun.EngineName);
        var theirBuild = Single<BuildLine>(peer);
        yield return Ratio(peer, "build", ourBuild?.IndexSeconds, theirBuild?.IndexSeconds, ourShare: false);
        yield return Ratio(peer, "build-total", ourBuild?.TotalSeconds, theirBuild?.TotalSeconds, ourShare: false);
        yield return Ratio(peer, "ram", Single<MemoryLine>(SearchRun.EngineName)?.BytesPerVector, Single<MemoryLine>(peer)?.BytesPerVector, ourShare: true);
    }

    private IEnumerable<Curve> Curves(Func<string, bool> belongs) =>
        Points.Where(point => belongs(point.Engine)).GroupBy(point => point.Engine).Select(group => new Curve(group.Select(point => new CurvePoint(point.Recall, point.Qps))));

    // Every round says it again; the last one counts.
    private T? Single<T>(string engine)
        where T : ResultLine => _others.OfType<T>().LastOrDefault(line => line.Engine == engine);

    private static RatioLine Ratio(string peer, string what, double? ours, double? theirs, bool ourShare) =>
        new(peer, what, ours, theirs, ours is > 0 && theirs is > 0 ? (ourShare ? ours / theirs : theirs / ours) : null);
}
