namespace VectorStore.Engine.Wal;

/// <summary>The end of a log that a crash left half written. None of it was acknowledged as durable.</summary>
/// <param name="File">The file it was in.</param>
/// <param name="OffsetBytes">Where it began.</param>
/// <param name="Lsn">The first LSN that is not there; the next record gets it.</param>
/// <param name="Bytes">How much was wiped, up to the last byte that was not zero.</param>
/// <param name="CopyPath">Where the wiped bytes (or the first of them) are kept for people to look at; null where the disk was full.</param>
internal sealed record WalTornTail(string File, long OffsetBytes, ulong Lsn, long Bytes, string? CopyPath);
