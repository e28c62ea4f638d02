namespace VectorStore.Engine.Segments;

/// <summary>What becomes of the rows alive of a damaged segment.</summary>
/// <param name="Kept">Rows that are kept, ascending.</param>
/// <param name="Lost">Points whose vectors cannot be read.</param>
/// <param name="LostUnknown">Points of which not even the id can be read.</param>
/// <param name="WithoutPayload">Points that are kept, and whose payload is lost.</param>
internal sealed record SegmentVerdict(IReadOnlyList<uint> Kept, IReadOnlyList<PointId> Lost, uint LostUnknown, IReadOnlyList<PointId> WithoutPayload);
