using System.Text.Json.Serialization;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Segments;

/// <summary>What the manifest says of one sealed segment.</summary>
/// <param name="Number">Number of the segment.</param>
/// <param name="Rows">Rows in it, dead ones included.</param>
/// <param name="Dead">How many of them are dead as of the manifest's log position.</param>
/// <param name="Files">Its immutable files.</param>
/// <param name="Deletes">Which rows are dead; null where none is.</param>
/// <param name="PayloadLsn">Changes of payloads up to here are in <paramref name="Files"/>; 0 in segments written before payloads could be changed.</param>
/// <param name="Changes">Payloads that were changed later, oldest first; null where none was.</param>
/// <param name="Built">What the index of each vector was built with, in the schema's order; null: with the configuration of the manifest, as in versions that could not change it.</param>
internal sealed record SegmentEntry(
    uint Number,
    uint Rows,
    uint Dead,
    IReadOnlyList<BlockFileSummary> Files,
    BlockFileSummary? Deletes,
    ulong PayloadLsn = 0,
    IReadOnlyList<SegmentChanges>? Changes = null,
    IReadOnlyList<IndexBuild>? Built = null)
{
    /// <summary>Bytes of all its files.</summary>
    [JsonIgnore]
    public long DiskBytes => AllFiles.Sum(file => file.Bytes);

    /// <summary>The immutable files, and those that a later manifest may name others for.</summary>
    [JsonIgnore]
    public IEnumerable<BlockFileSummary> AllFiles
    {
        get
        {
            var later = (Changes ?? []).Select(changes => changes.File);
            return Files.Concat(Deletes is null ? later : later.Prepend(Deletes));
        }
    }
}
