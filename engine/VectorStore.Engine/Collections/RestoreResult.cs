namespace VectorStore.Engine;

/// <summary>What came of restoring to a moment.</summary>
/// <param name="Collection">The collection, open.</param>
/// <param name="Lsn">Every write up to this log position is in it, and none after.</param>
public sealed record RestoreResult(Collection Collection, ulong Lsn);
