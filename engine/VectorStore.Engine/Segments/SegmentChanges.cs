using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Segments;

/// <summary>What the manifest says of a file of payloads that were changed after their segment was sealed.</summary>
/// <param name="File">The file.</param>
/// <param name="Rows">Rows whose payload is in it.</param>
/// <param name="Through">It holds the newest payloads up to this log position of all rows that were changed after the files before it.</param>
internal sealed record SegmentChanges(BlockFileSummary File, uint Rows, ulong Through);
