namespace VectorStore.Cli.Searching;

/// <summary>Latencies in order, and the percentiles by nearest rank.</summary>
internal sealed class LatencySummary
{
    private readonly double[] _sortedMs;

    public LatencySummary(IEnumerable<double> latenciesMs) => _sortedMs = [.. latenciesMs.Order()];

    public double MeanMs => _sortedMs.Length == 0 ? 0 : _sortedMs.Average();

    public double MaxMs => PercentileMs(100);

    /// <summary>The smallest latency that at least this share of queries did not exceed.</summary>
    public double PercentileMs(double percent) =>
        _sortedMs.Length == 0 ? 0 : _sortedMs[Math.Clamp((int)Math.Ceiling(percent / 100 * _sortedMs.Length) - 1, 0, _sortedMs.Length - 1)];
}
