namespace VectorStore.Cli.Client;

/// <summary>Where the download of an archive begins.</summary>
/// <param name="OffsetBytes">The first byte to get.</param>
/// <param name="Checksum">Of the snapshot it must be of; null: whichever has the name.</param>
/// <param name="BaseChecksum">Of the base it must be against; null: whichever has the name, or there is none.</param>
internal sealed record DownloadStart(long OffsetBytes, string? Checksum, string? BaseChecksum);
