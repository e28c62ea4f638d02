using VectorStore.Engine;

namespace VectorStore.Datasets;

/// <summary>One line of a jsonl file of points.</summary>
/// <param name="Id">Null where the line has none.</param>
/// <param name="Vectors">By name; the empty name where the line has <c>vector</c> and not <c>vectors</c>.</param>
/// <param name="Payload">Null where the line has none.</param>
public sealed record JsonLinesPoint(PointId? Id, IReadOnlyDictionary<string, ReadOnlyMemory<float>> Vectors, Payload? Payload);
