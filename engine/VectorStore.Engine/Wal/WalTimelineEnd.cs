namespace VectorStore.Engine.Wal;

/// <summary>Where reading a <see cref="WalTimeline"/> has ended.</summary>
/// <param name="Lsn">The last record that was wanted; the position before the first where none was.</param>
/// <param name="IsWanted">Whether more was wanted than there is.</param>
/// <param name="MissingThrough">Records up to here are missing, and later ones are there; null where nothing later is.</param>
internal readonly record struct WalTimelineEnd(ulong Lsn, bool IsWanted, ulong? MissingThrough);
