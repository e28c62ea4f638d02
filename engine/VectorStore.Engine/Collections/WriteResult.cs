namespace VectorStore.Engine;

/// <summary>What a write did. When it is returned, the write is durable and visible to every later call.</summary>
/// <param name="Lsn">Log position of the write. Where no point was found whose payload was to be changed nothing is written, and it is the position as of which there was none.</param>
/// <param name="PointsChanged">Points inserted, replaced or deleted, or whose payload was changed, those included that look the same afterwards.</param>
/// <param name="PointsUnknown">Ids to delete, or whose payload was to be changed, of which there is no point; they were passed over. Always 0 for an upsert.</param>
public readonly record struct WriteResult(ulong Lsn, long PointsChanged, long PointsUnknown = 0);
