namespace VectorStore.Benchmarks.Search.Results;

/// <summary>One setting, measured.</summary>
/// <param name="Engine">Who was measured.</param>
/// <param name="Threads">Threads that searched, each one query at a time.</param>
/// <param name="Ef">Width of the beam.</param>
/// <param name="Recall">Share of the true neighbours found.</param>
/// <param name="Qps">Queries per second in the best pass.</param>
/// <param name="QpsMedian">In the middle one.</param>
/// <param name="P50Micros">Median latency in the best pass; 0 where only throughput was measured, as with several threads.</param>
/// <param name="P95Micros">95th percentile.</param>
/// <param name="P99Micros">99th percentile.</param>
internal sealed record PointLine(
    string Engine, int Threads, int Ef, double Recall, double Qps, double QpsMedian, double P50Micros, double P95Micros, double P99Micros) : ResultLine(Engine);
