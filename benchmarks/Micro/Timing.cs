namespace VectorStore.Benchmarks.Micro;

/// <summary>What one call takes.</summary>
internal readonly record struct Timing(double Nanoseconds, long AllocatedBytes);
