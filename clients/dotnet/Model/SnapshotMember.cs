namespace VectorStore.Client;

/// <summary>A collection in a snapshot of the whole database.</summary>
/// <param name="CollectionName">The collection.</param>
/// <param name="Lsn">The snapshot holds every write of the collection up to this position of its log, and none after. Positions of different logs say nothing of each other.</param>
/// <param name="Checksum">What <see cref="SnapshotInfo.Checksum"/> is for this collection alone.</param>
public sealed record SnapshotMember(string CollectionName, ulong Lsn, string Checksum);
