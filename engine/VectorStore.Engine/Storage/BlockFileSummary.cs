namespace VectorStore.Engine.Storage;

/// <summary>What the manifest remembers of a sealed file, so that another file under its name is noticed.</summary>
/// <param name="Name">Name within its directory.</param>
/// <param name="Bytes">Length of the whole file.</param>
/// <param name="Checksum">CRC-32C of the trailer, which covers the table, which covers every block.</param>
internal sealed record BlockFileSummary(string Name, long Bytes, uint Checksum);
