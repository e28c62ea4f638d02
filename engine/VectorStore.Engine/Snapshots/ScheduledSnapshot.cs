namespace VectorStore.Engine.Snapshots;

/// <summary>A snapshot that a schedule made. Another one of the same name has another checksum, and is left alone.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Checksum">Its checksum.</param>
internal sealed record ScheduledSnapshot(string Name, string Checksum);
