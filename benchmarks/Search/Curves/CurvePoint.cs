namespace VectorStore.Benchmarks.Search.Curves;

/// <summary>What one setting gave.</summary>
/// <param name="Recall">0 to 1.</param>
/// <param name="Qps">Queries per second, above 0.</param>
internal readonly record struct CurvePoint(double Recall, double Qps);
