namespace VectorStore.Benchmarks.Load;

/// <summary>One setting, measured.</summary>
/// <param name="Way"><c>engine</c> (in process, one thread) or <c>server</c>.</param>
/// <param name="Connections">0 in process.</param>
/// <param name="Ef">Width of the beam.</param>
/// <param name="Recall">Share of the true neighbours found.</param>
/// <param name="QueriesPerSecond">By the clock on the wall, median of the rounds.</param>
/// <param name="P50Micros">Median latency seen by the caller.</param>
/// <param name="P99Micros">99th percentile of it.</param>
/// <param name="ServingMicros">Processor time per query of the process that searches.</param>
/// <param name="CallingMicros">Processor time per query of the process that asks; 0 in process.</param>
internal sealed record Measurement(
    string Way, int Connections, int Ef, double Recall, double QueriesPerSecond, double P50Micros, double P99Micros, double ServingMicros, double CallingMicros);
