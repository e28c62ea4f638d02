namespace VectorStore.Engine.Snapshots;

/// <summary>One file of a snapshot.</summary>
/// <param name="Name">Path below the snapshot's directory, with '/'.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Sha256">SHA-256 of the contents, 64 lower-case hexadecimal digits.</param>
internal sealed record SnapshotFile(string Name, long Bytes, string Sha256);
