namespace VectorStore.Engine.Payloads;

/// <summary>Names one version of one point's payload: the point and the log position that wrote it.</summary>
/// <remarks>
/// The version is part of the key so that a search that began before an overwrite still finds the payload that belongs to the vector it found
/// (docs/decisions/0003). A point is written at most once per log position.
/// </remarks>
internal readonly record struct PayloadKey(PointId Id, ulong Lsn);
