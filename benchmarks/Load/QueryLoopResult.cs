namespace VectorStore.Benchmarks.Load;

/// <summary>What one pass over all queries gave.</summary>
internal sealed record QueryLoopResult(ulong[][] Answers, double QueriesPerSecond, double P50Micros, double P99Micros);
