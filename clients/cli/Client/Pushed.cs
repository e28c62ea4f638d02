using VectorStore.Places;

namespace VectorStore.Cli.Client;

/// <summary>What became of a push.</summary>
/// <param name="Kept">What the place has now.</param>
/// <param name="ArchiveBytes">Bytes of the archive; more than the place keeps where it is compressed.</param>
/// <param name="IsCompressed">It is in an LZ4 frame.</param>
internal sealed record Pushed(PlacedArchive Kept, long ArchiveBytes, bool IsCompressed);
