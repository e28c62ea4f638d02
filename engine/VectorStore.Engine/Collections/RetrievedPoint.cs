namespace VectorStore.Engine;

/// <summary>A stored point as it was read.</summary>
/// <param name="Id">The point's id.</param>
/// <param name="Payload">Null where the point has none, or none was asked for.</param>
/// <param name="Vectors">Vectors by name, copied for the caller; null where none were asked for. Unit length under the cosine metric.</param>
/// <param name="Lsn">Log position of the write that made this version of the point: of its vectors, or of its payload where that was changed later.</param>
public sealed record RetrievedPoint(PointId Id, Payload? Payload, IReadOnlyDictionary<string, float[]>? Vectors, ulong Lsn);
