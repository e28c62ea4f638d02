namespace VectorStore.Client;

/// <summary>What a finished upload did.</summary>
/// <param name="PointsAcknowledged">Points that it stored; those it passed over do not count.</param>
/// <param name="Lsn">Log position of the last write; 0 where there was none.</param>
public readonly record struct UploadResult(long PointsAcknowledged, ulong Lsn);
