namespace VectorStore.Client;

/// <summary>What a pass of the scrubber that somebody asked for found.</summary>
/// <param name="FilesRead">Files that were read.</param>
/// <param name="BytesRead">Bytes that were read.</param>
/// <param name="Started">When it began.</param>
/// <param name="Finished">When it ended.</param>
/// <param name="Damages">Damaged files that are still needed; empty where all is well.</param>
public sealed record ScrubReport(int FilesRead, long BytesRead, DateTimeOffset Started, DateTimeOffset Finished, IReadOnlyList<FileDamage> Damages);
