using System.Text.Json.Serialization;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Segments;

/// <summary>What the manifest says of one sealed segment.</summary>
/// <param name="Number">Number of the segment.</param>
/// <param name="Rows">Rows in it, dead ones included.</param>
/// <param name="Dead">How many of them are dead as of the manifest's log position.</param>
/// <param name="Files">Its immutable files.</param>
/// <param name="Deletes">Which rows are dead; null where none is.</param>
internal sealed record SegmentEntry(uint Number, uint Rows, uint Dead, IReadOnlyList<BlockFileSummary> Files, BlockFileSummary? Deletes)
{
    /// <summary>All its files.</summary>
    [JsonIgnore]
    public IEnumerable<BlockFileSummary> AllFiles => Deletes is null ? Files : Files.Append(Deletes);

    /// <summary>Bytes of all its files.</summary>
    [JsonIgnore]
    public long DiskBytes => Files.Sum(file => file.Bytes) + (Deletes?.Bytes ?? 0);
}
