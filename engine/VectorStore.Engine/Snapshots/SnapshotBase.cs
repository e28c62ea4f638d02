namespace VectorStore.Engine;

/// <summary>A snapshot that the receiver of an archive has: the archive then leaves out the files that both have.</summary>
/// <param name="Name">A snapshot of the same collection, or of the whole database as the other is.</param>
/// <param name="Checksum">Its <see cref="SnapshotInfo.Checksum"/>; null: whichever has the name. Give it where a transfer that broke goes on: the same snapshot against the same base is the same archive, byte for byte.</param>
public sealed record SnapshotBase(string Name, string? Checksum = null);
