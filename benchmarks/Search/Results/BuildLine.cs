namespace VectorStore.Benchmarks.Search.Results;

/// <summary>How long building took, with all cores.</summary>
/// <param name="Engine">Who was measured.</param>
/// <param name="Threads">Threads that built.</param>
/// <param name="IndexSeconds">From vectors that are stored already to an index that is complete. For the engine: sealing and optimizing, files and their syncs included.</param>
/// <param name="TotalSeconds">From the first vector handed over to a complete index. A peer that only has memory stores nothing, so both are the same.</param>
internal sealed record BuildLine(string Engine, int Threads, double IndexSeconds, double TotalSeconds) : ResultLine(Engine);
