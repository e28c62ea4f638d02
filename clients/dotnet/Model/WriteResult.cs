namespace VectorStore.Client;

/// <summary>What a write did. When it is returned, the write is durable and visible to every later call.</summary>
/// <param name="Lsn">Log position of the write.</param>
/// <param name="PointsChanged">Points inserted, replaced or deleted; an id that was not there to delete does not count.</param>
public readonly record struct WriteResult(ulong Lsn, long PointsChanged);
