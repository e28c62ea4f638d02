namespace VectorStore.Engine.Collections;

/// <summary>A point whose every part has been checked against the collection; its vectors stand in the schema's order, null where it has none.</summary>
internal readonly record struct PreparedPoint(PointId Id, IReadOnlyList<ReadOnlyMemory<float>?> Vectors, Payload? Payload);
