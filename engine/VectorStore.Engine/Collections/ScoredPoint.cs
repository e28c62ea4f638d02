namespace VectorStore.Engine;

/// <summary>One answer of a search.</summary>
/// <param name="Id">The point's id.</param>
/// <param name="Score">Higher is closer; what it is under each metric says <see cref="Metric"/>.</param>
/// <param name="Payload">Null where the point has none, or none was asked for.</param>
/// <param name="Vectors">Vectors by name, copied for the caller; null where none were asked for.</param>
/// <param name="Lsn">Log position of the write that made this version of the point: of its vectors, or of its payload where that was changed later.</param>
public sealed record ScoredPoint(PointId Id, float Score, Payload? Payload, IReadOnlyDictionary<string, float[]>? Vectors, ulong Lsn);
