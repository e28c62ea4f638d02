namespace VectorStore.Benchmarks.Search.Results;

/// <summary>What an index takes.</summary>
/// <param name="Engine">Who was measured.</param>
/// <param name="BytesPerVector">Memory for vectors or codes, links, ids and what else there is per vector, added up from the sizes of the structures.</param>
/// <param name="ResidentBytesPerVector">By how much resident memory grew from before the index was opened until it had been searched; mapped files do not count.</param>
/// <param name="DiskBytesPerVector">Files; 0 where there are none.</param>
internal sealed record MemoryLine(string Engine, double BytesPerVector, double ResidentBytesPerVector, double DiskBytesPerVector) : ResultLine(Engine);
