namespace VectorStore.Benchmarks.Search.Sweeping;

/// <summary>One pass over the queries, by the clock.</summary>
/// <param name="Qps">Queries per second.</param>
/// <param name="P50Micros">Median latency.</param>
/// <param name="P95Micros">95th percentile.</param>
/// <param name="P99Micros">99th percentile.</param>
internal readonly record struct TimedPass(double Qps, double P50Micros, double P95Micros, double P99Micros);
