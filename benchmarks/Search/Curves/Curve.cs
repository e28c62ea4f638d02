namespace VectorStore.Benchmarks.Search.Curves;

/// <summary>Throughput as a function of recall: the upper envelope of measured points, and what lies between them.</summary>
internal sealed class Curve
{
    // Ascending in recall, descending in throughput: points that another one beats in both are not here.
    private readonly CurvePoint[] _envelope;

    public Curve(IEnumerable<CurvePoint> points)
    {
        var envelope = new List<CurvePoint>();
        foreach (var point in points.OrderByDescending(point => point.Recall).ThenByDescending(point => point.Qps))
        {
            if (envelope.Count == 0 || point.Qps > envelope[^1].Qps)
                envelope.Add(point);
        }

        envelope.Reverse();
        _envelope = [.. envelope];
    }

    public IReadOnlyList<CurvePoint> Envelope => _envelope;

    /// <summary>Queries per second at a recall: between two points the logarithm goes in a straight line; below the lowest point that one's.</summary>
    /// <returns>Null where no point reaches the recall.</returns>
    public double? QpsAt(double recall)
    {
        int above = Array.FindIndex(_envelope, point => point.Recall >= recall);
        if (above < 0)
            return null;

        // What was measured is said as it is, without the rounding of logarithms.
        var right = _envelope[above];
        if (above == 0 || right.Recall == recall)
            return right.Qps;

        var left = _envelope[above - 1];
        double part = (recall - left.Recall) / (right.Recall - left.Recall);
        return Math.Exp(Math.Log(left.Qps) + (part * (Math.Log(right.Qps) - Math.Log(left.Qps))));
    }

    /// <summary>The best of several curves at a recall; null where none reaches it.</summary>
    public static double? BestQpsAt(IEnumerable<Curve> curves, double recall) => curves.Max(curve => curve.QpsAt(recall));
}
